import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { createTickets } from '../../src/tickets.ts';
import { createTokens, deriveKey, links } from '../../src/tokens.ts';

const SECRET = 'x'.repeat(40);
const ADMIN_KEY = 'admin-key-of-the-test';
const START = Date.UTC(2026, 0, 1);
const unauthenticated = { code: 'UNAUTHENTICATED' };

function setup() {
  const time = { now: START };
  const now = () => time.now;
  return {
    time,
    tokens: createTokens({ secret: SECRET, adminKey: ADMIN_KEY, now }),
    tickets: createTickets({ secret: SECRET, now, rememberedMax: 3 }),
  };
}

describe('tokens of links', () => {
  test('[K1] a link token carries its role and its interview until it expires', async () => {
    const { tokens, time } = setup();
    const token = await tokens.issue({ role: 'candidate', interviewId: 'i1' }, START + 10_000);
    expect(await tokens.authenticate(`Bearer ${token}`)).toEqual({ role: 'candidate', interviewId: 'i1' });
    time.now = START + 10_000;
    await expect(tokens.authenticate(`Bearer ${token}`)).rejects.toMatchObject(unauthenticated);
  });

  test('[K1] asking twice gives the same token', async () => {
    const { tokens } = setup();
    const issue = () => tokens.issue({ role: 'reviewer', interviewId: 'i1' }, START + 10_000);
    expect(await issue()).toBe(await issue());
  });

  test('[K2] the admin key is the operator of everything', async () => {
    const { tokens } = setup();
    expect(await tokens.authenticate(`Bearer ${ADMIN_KEY}`)).toEqual({ role: 'operator', interviewId: null });
  });

  test.each([
    ['nothing', undefined],
    ['another scheme', `Basic ${ADMIN_KEY}`],
    ['a key that only begins right', `Bearer ${ADMIN_KEY}x`],
    ['a key cut short', `Bearer ${ADMIN_KEY.slice(0, -1)}`],
    ['no token', 'Bearer '],
    ['rubbish', 'Bearer a.b.c'],
    ['far too much', `Bearer ${'a'.repeat(5000)}`],
  ])('[K3] %s is refused', async (_name, authorization) => {
    await expect(setup().tokens.authenticate(authorization)).rejects.toMatchObject(unauthenticated);
  });

  test('[K3] forged tokens are refused: another key, no signature, a role that links do not have, a ticket', async () => {
    const { tokens, tickets } = setup();
    const claims = (role: string) =>
      new SignJWT({ role })
        .setIssuer('viva')
        .setAudience('viva:link')
        .setSubject('i1')
        .setExpirationTime(START / 1000 + 9);
    const key = deriveKey(SECRET, 'viva:link');
    const other = await claims('reviewer').setProtectedHeader({ alg: 'HS256' }).sign(deriveKey('other', 'viva:link'));
    const operator = await claims('operator').setProtectedHeader({ alg: 'HS256' }).sign(key);
    const [, body] = operator.split('.');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
    const { ticket } = await tickets.issue({ role: 'reviewer', interviewId: 'i1' });
    for (const token of [other, operator, unsigned, ticket])
      await expect(tokens.authenticate(`Bearer ${token}`)).rejects.toMatchObject(unauthenticated);
  });

  test('[K4] links carry their token in the fragment', () => {
    expect(links.candidate('http://h', 'i1', 't')).toBe('http://h/interviews/i1#t');
    expect(links.reviewer('http://h', 'i1', 't')).toBe('http://h/console/interviews/i1#t');
    expect(links.console('http://h', 'a+b')).toBe('http://h/console#key=a%2Bb');
  });
});

describe('tickets', () => {
  const admission = { role: 'candidate', interviewId: 'i1' } as const;

  test('[K5] a ticket opens once', async () => {
    const { tickets } = setup();
    const { ticket } = await tickets.issue(admission);
    expect(await tickets.redeem(ticket)).toEqual(admission);
    await expect(tickets.redeem(ticket)).rejects.toMatchObject(unauthenticated);
  });

  test('[K5] of two that redeem one ticket at the same time, one gets in', async () => {
    const { tickets } = setup();
    const { ticket } = await tickets.issue(admission);
    const results = await Promise.allSettled([tickets.redeem(ticket), tickets.redeem(ticket)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('[K5] a ticket lives for at most 60 s', async () => {
    const { tickets, time } = setup();
    const { ticket, expiresAt } = await tickets.issue(admission);
    expect(expiresAt - START).toBeLessThanOrEqual(60_000);
    time.now = expiresAt;
    await expect(tickets.redeem(ticket)).rejects.toMatchObject(unauthenticated);
  });

  test('[K7] a ticket from before the process began is refused, used or not; a new one opens', async () => {
    const { tickets, time } = setup();
    const used = (await tickets.issue(admission)).ticket;
    const unused = (await tickets.issue(admission)).ticket;
    await tickets.redeem(used);
    time.now += 1;
    const restarted = createTickets({ secret: SECRET, now: () => time.now });
    for (const ticket of [used, unused]) await expect(restarted.redeem(ticket)).rejects.toMatchObject(unauthenticated);
    expect(await restarted.redeem((await restarted.issue(admission)).ticket)).toEqual(admission);
  });

  test('[K3] a link token is no ticket', async () => {
    const { tickets, tokens } = setup();
    const token = await tokens.issue(admission, START + 10_000);
    await expect(tickets.redeem(token)).rejects.toMatchObject(unauthenticated);
  });

  test('[K6] what is remembered is bounded, and forgotten when it has expired', async () => {
    const { tickets, time } = setup();
    for (let i = 0; i < 3; i++) await tickets.redeem((await tickets.issue(admission)).ticket);
    const { ticket } = await tickets.issue(admission);
    await expect(tickets.redeem(ticket)).rejects.toMatchObject({ code: 'TRY_LATER' });
    time.now += 61_000;
    const later = await tickets.issue(admission);
    expect(await tickets.redeem(later.ticket)).toEqual(admission);
  });
});
