import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { Report } from '../../src/report/report.ts';
import { createApi, type ReportDigest } from '../../web/console/api.ts';

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

let answer: { status: number; type: string; body: string };
let seen: Seen[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on('end', () => {
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
  });
});
let base = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  seen = [];
  answer = { status: 200, type: 'application/json', body: '{}' };
});

describe('the API as the console uses it', () => {
  it('sends the secret as a bearer and never in the address', async () => {
    await createApi(base, 'secret-key').readReport('a/b');
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/api/interviews/a%2Fb/report' });
    expect(seen[0]?.headers.authorization).toBe('Bearer secret-key');
  });

  it('asks for the links of one interview', async () => {
    await createApi(base, 'k').readLinks('a');
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/api/interviews/a/links' });
  });

  it('lists with filter, limit and cursor', async () => {
    const signal = new AbortController().signal;
    const none = { state: null, planId: null, outcome: null, attention: null, q: '' };
    const some = { state: 'IDLE', planId: 'p', outcome: 'ended', attention: 'stuck', q: ' Zoë ' } as const;
    await createApi(base, 'k').listInterviews({ filter: some, limit: 50, cursor: 'a b' }, signal);
    await createApi(base, 'k').listInterviews({ filter: none, limit: 50 }, signal);
    expect(seen.map(({ url }) => url)).toEqual([
      '/api/interviews?limit=50&q=Zo%C3%AB&state=IDLE&outcome=ended&attention=stuck&planId=p&cursor=a+b',
      '/api/interviews?limit=50',
    ]);
  });

  it('asks for the statistics of a version, or of the newest', async () => {
    await createApi(base, 'k').readStatistics('a b', null);
    await createApi(base, 'k').readStatistics('tea', 2);
    expect(seen.map(({ url }) => url)).toEqual(['/api/plans/a%20b/statistics', '/api/plans/tea/statistics?version=2']);
  });

  it('names the page that it knows, and is told that it has not changed', async () => {
    const none = { state: null, planId: null, outcome: null, attention: null, q: '' };
    answer = { status: 304, type: 'text/plain', body: '' };
    const { signal } = new AbortController();
    const reply = await createApi(base, 'k').listInterviews({ filter: none, limit: 5 }, signal, '"e1"');
    expect(seen[0]?.headers['if-none-match']).toBe('"e1"');
    expect(reply).toMatchObject({ ok: true, value: { page: null, servedAt: expect.any(Number) } });
  });

  it('creates with the idempotency key of the form', async () => {
    const wanted = { planId: 'p', version: 2, candidate: {}, accommodations: { timeMultiplier: 1.5 } };
    await createApi(base, 'k').createInterview(wanted, 'form-1');
    expect(seen[0]?.headers['idempotency-key']).toBe('form-1');
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual(wanted);
  });

  it('returns the problem of a refusal', async () => {
    const problem = { code: 'FORBIDDEN', status: 403, title: 'No', detail: 'this is for: operator' };
    answer = { status: 403, type: 'application/problem+json', body: JSON.stringify(problem) };
    expect(await createApi(base, 'k').listPlans()).toEqual({ ok: false, problem });
  });

  it('words an answer that is no problem document, and keeps its status', async () => {
    answer = { status: 401, type: 'text/html', body: '<h1>Proxy</h1>' };
    expect(await createApi(base, 'k').listPlans()).toMatchObject({ ok: false, problem: { status: 401 } });
    answer = { status: 200, type: 'text/html', body: '<h1>Hotel network</h1>' };
    expect(await createApi(base, 'k').listPlans()).toMatchObject({ ok: false, problem: { code: 'INTERNAL' } });
  });

  it('says that the service cannot be reached instead of throwing', async () => {
    const offline = createApi(base, 'k', () => Promise.reject(new TypeError('fetch failed')));
    expect(await offline.listPlans()).toMatchObject({ ok: false, problem: { code: 'TRY_LATER' } });
  });

  it('reads of a report only what a report has (checked by the compiler)', () => {
    expectTypeOf<Report>().toExtend<ReportDigest>();
  });
});
