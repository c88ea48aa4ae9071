import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { interview } from '../../machines/interview.ts';
import { errorTable } from '../../src/errors.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { type Answer, ADMIN_KEY as admin, build, command, plan } from '../support/app.ts';
import { problemIn, rawConnection, rawRequest } from '../support/raw.ts';

/** Every refusal has one shape: RFC 9457, with the code, title and status of the table. */
function expectProblem(answer: Answer, code: keyof typeof errorTable): void {
  expect(answer.body).toMatchObject({ code, status: errorTable[code].status, title: errorTable[code].title });
  expect(answer.status).toBe(errorTable[code].status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.body.type).toBe(`urn:viva:problem:${code}`);
  expect(answer.body.detail.length).toBeGreaterThan(3);
}

describe('health', () => {
  test('[T6] is alive and ready', async () => {
    const { request } = await build();
    expect((await request('/healthz')).body).toEqual({ status: 'ok' });
    expect((await request('/readyz')).body).toEqual({ status: 'ok' });
  });

  test('[T6] is not ready without its store, and does not say why to the world', async () => {
    const journal = createMemoryJournal();
    const ping = () => Promise.reject(new Error('the disk of host db-7 is gone'));
    const { request, logs } = await build({ journal: { ...journal, ping } });
    const answer = await request('/readyz');
    expectProblem(answer, 'STORE_UNAVAILABLE');
    expect(answer.text).not.toContain('db-7');
    expect(logs.join()).toContain('db-7');
    expect(logs.join()).toContain(answer.body.instance.replace('urn:uuid:', ''));
    expect((await request('/healthz')).status).toBe(200);
  });
});

describe('plans', () => {
  test('[L5] are published as JSON or YAML, listed and read, with stable versions', async () => {
    const { request } = await build();
    const first = await request('/api/plans', { token: admin, json: plan });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ id: 'tea', version: 1, title: plan.title, questionCount: 2 });
    const yaml = `id: tea\ntitle: Tea again\nquestions:\n  - id: q\n    text: Why?\n    rubric: { points: [{ id: p, text: because }] }\n`;
    const second = await request('/api/plans', {
      token: admin,
      body: yaml,
      headers: { 'content-type': 'application/yaml' },
    });
    expect(second.body).toMatchObject({ id: 'tea', version: 2, title: 'Tea again' });
    const again = await request('/api/plans', { token: admin, json: plan });
    expect(again.body).toEqual(first.body);
    const list = await request('/api/plans', { token: admin });
    expect(list.body.plans.map(({ id }: { id: string }) => id)).toContain('tea');
    expect((await request('/api/plans/tea?version=1', { token: admin })).body.plan.questions[1].id).toBe('time');
    expect((await request('/api/plans/tea', { token: admin })).body).toMatchObject({
      version: 2,
      plan: { title: 'Tea again' },
    });
  });

  test('[L1] a broken plan is refused with path and line', async () => {
    const { request } = await build();
    const yaml = 'id: tea\ntitle: Tea\nquestions:\n  - id: q\n    text: Why?\n    rubrik: {}\n';
    const answer = await request('/api/plans', {
      token: admin,
      body: yaml,
      headers: { 'content-type': 'application/yaml' },
    });
    expectProblem(answer, 'PLAN_INVALID');
    expect(answer.body.problems).toContainEqual({
      path: expect.stringContaining('questions'),
      message: expect.any(String),
      line: expect.any(Number),
    });
  });

  test('text that is no plan at all, an unknown plan and an unknown version are refused', async () => {
    const { request } = await build();
    expectProblem(
      await request('/api/plans', { token: admin, body: '{"id":', headers: { 'content-type': 'application/json' } }),
      'PLAN_INVALID',
    );
    expectProblem(await request('/api/plans/none', { token: admin }), 'PLAN_NOT_FOUND');
    await request('/api/plans', { token: admin, json: plan });
    expectProblem(await request('/api/plans/tea?version=9', { token: admin }), 'PLAN_NOT_FOUND');
    expectProblem(await request('/api/plans/tea?version=x', { token: admin }), 'REQUEST_INVALID');
  });
});

describe('interviews', () => {
  test('are created with links whose tokens are in the fragment', async () => {
    const { create, url } = await build();
    const made = await create({ candidate: { name: 'Ada' } });
    expect(made.state).toBe('IDLE');
    expect(made.candidateUrl).toBe(`${url}/interviews/${made.id}#${made.candidateToken}`);
    expect(made.reviewerUrl).toBe(`${url}/console/interviews/${made.id}#${made.reviewerToken}`);
  });

  test('[T7] an operator who lost the links is given the same ones again, and nobody else is', async () => {
    const { create, request } = await build();
    const { id, state: _state, ...links } = await create();
    expect((await request(`/api/interviews/${id}/links`, { token: admin })).body).toEqual(links);
    for (const token of [links.candidateToken, links.reviewerToken])
      expectProblem(await request(`/api/interviews/${id}/links`, { token }), 'FORBIDDEN');
  });

  test('[T15] links carry the public address where one is configured', async () => {
    const { create } = await build({ publicUrl: 'https://viva.example.com' });
    expect((await create()).candidateUrl).toMatch(/^https:\/\/viva\.example\.com\/interviews\//);
  });

  test('[T7] the same Idempotency-Key gives the same interview and the same links', async () => {
    const { request } = await build();
    await request('/api/plans', { token: admin, json: plan });
    const post = (json: object) =>
      request('/api/interviews', { token: admin, json, headers: { 'idempotency-key': 'k1' } });
    const first = await post({ planId: 'tea' });
    expect(first.status).toBe(201);
    expect((await post({ planId: 'tea' })).body).toEqual(first.body);
    expectProblem(await post({ planId: 'tea', externalId: 'x' }), 'IDEMPOTENCY_KEY_REUSED');
    expect((await request('/api/interviews', { token: admin })).body.interviews).toHaveLength(1);
  });

  test('[T8] are listed by state and page', async () => {
    const { create, request } = await build();
    const ids = [await create({ externalId: 'a' }), await create(), await create()].map(({ id }) => id);
    const first = await request('/api/interviews?state=IDLE&limit=2', { token: admin });
    const second = await request(`/api/interviews?state=IDLE&limit=2&cursor=${first.body.cursor}`, { token: admin });
    const listed = [...first.body.interviews, ...second.body.interviews];
    expect(listed.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(listed.find(({ id }) => id === ids[0])).toMatchObject({
      state: 'IDLE',
      planId: 'tea',
      planVersion: 1,
      externalId: 'a',
    });
    expect((await request('/api/interviews?state=COMPLETE', { token: admin })).body.interviews).toEqual([]);
    expectProblem(await request('/api/interviews?state=ASLEEP', { token: admin }), 'REQUEST_INVALID');
  });

  test.each([
    ['an unknown plan', { planId: 'none' }, 'PLAN_NOT_FOUND'],
    ['no plan', {}, 'REQUEST_INVALID'],
    ['an unknown key', { planId: 'tea', planID: 'tea' }, 'REQUEST_INVALID'],
    ['a bad address', { planId: 'tea', candidate: { email: 'nobody' } }, 'REQUEST_INVALID'],
    ['less time than everybody', { planId: 'tea', accommodations: { timeMultiplier: 0.5 } }, 'REQUEST_INVALID'],
  ] as const)('%s is refused', async (_name, json, code) => {
    const { request } = await build();
    await request('/api/plans', { token: admin, json: plan });
    expectProblem(await request('/api/interviews', { token: admin, json }), code);
  });

  test('[T19] the journal comes in pages, and the store is asked for what comes after only', async () => {
    const journal = createMemoryJournal();
    const asked: (number | undefined)[] = [];
    const load: typeof journal.load = (id, afterSeq) => {
      asked.push(afterSeq);
      return journal.load(id, afterSeq);
    };
    const { create, request } = await build({ journal: { ...journal, load } });
    const { id } = await create();
    for (let i = 0; i < 4; i++)
      await request(`/api/interviews/${id}/commands`, { token: admin, json: command('deadline.extend', { byMs: 1 }) });
    asked.length = 0;
    const page = async (query: string) =>
      (await request(`/api/interviews/${id}/journal${query}`, { token: admin })).body;
    const seqsOf = ({ records }: { records: { seq: number }[] }) => records.map(({ seq }) => seq);
    const first = await page('?limit=2');
    expect([seqsOf(first), first.headSeq]).toEqual([[1, 2], 5]);
    expect(seqsOf(await page('?limit=2&afterSeq=2'))).toEqual([3, 4]);
    expect(seqsOf(await page('?afterSeq=4'))).toEqual([5]);
    expect(await page('?afterSeq=5')).toMatchObject({ headSeq: 5, records: [] });
    expect(asked).toEqual([0, 2, 4, 5]);
    for (const query of ['?limit=0', '?limit=1001', '?limit=x', '?afterSeq=-1'])
      expectProblem(await request(`/api/interviews/${id}/journal${query}`, { token: admin }), 'REQUEST_INVALID');
  });

  test('[T17] an unknown interview is not found, everywhere', async () => {
    const { request } = await build();
    for (const path of ['', '/links', '/transcript', '/report', '/journal'])
      expectProblem(await request(`/api/interviews/none${path}`, { token: admin }), 'INTERVIEW_NOT_FOUND');
    expectProblem(
      await request('/api/interviews/none/tickets', { token: admin, method: 'POST' }),
      'INTERVIEW_NOT_FOUND',
    );
    const json = command('interview.cancel');
    expectProblem(await request('/api/interviews/none/commands', { token: admin, json }), 'INTERVIEW_NOT_FOUND');
  });
});

describe('commands of operators', () => {
  test('[T9] go through the same gate as those of the socket: stored, deduplicated, refused', async () => {
    const { create, request } = await build();
    const { id } = await create();
    const post = (json: object) => request(`/api/interviews/${id}/commands`, { token: admin, json });
    const cancel = command('interview.cancel', { reason: 'hired already' });
    const first = await post(cancel);
    expect(first.body).toEqual({ id: cancel.id, seq: 2, duplicate: false });
    expect((await post(cancel)).body).toEqual({ id: cancel.id, seq: 2, duplicate: true });
    expectProblem(await post({ ...cancel, reason: 'another' }), 'COMMAND_ID_REUSED');
    const late = await post(command('deadline.extend', { byMs: 60_000 }));
    expectProblem(late, 'NOT_ACCEPTED');
    expect(late.body).toMatchObject({ state: 'COMPLETE', allowed: [] });
    const read = await request(`/api/interviews/${id}`, { token: admin });
    expect(read.body).toMatchObject({ state: 'COMPLETE', outcome: 'cancelled', role: 'operator' });
  });

  test('[T9] are not the commands of candidates, and forged types are not commands at all', async () => {
    const { create, request } = await build();
    const { id } = await create();
    const post = (json: object) => request(`/api/interviews/${id}/commands`, { token: admin, json });
    expectProblem(await post(command('interview.start', { consent: true })), 'FORBIDDEN');
    expectProblem(await post(command('xstate.done.actor.prompt')), 'REQUEST_INVALID');
    expectProblem(await post({ type: 'interview.cancel', id: 'not-a-uuid' }), 'REQUEST_INVALID');
    const { body } = await request(`/api/interviews/${id}/journal`, { token: admin });
    expect(body).toMatchObject({ interviewId: id, headSeq: 1, records: [{ seq: 1, state: 'IDLE' }] });
  });
});

describe('who may do what', () => {
  test('[T4] nobody without a credential', async () => {
    const { request } = await build();
    for (const path of ['/api/plans', '/api/interviews', '/api/interviews/x', '/api/interviews/x/report']) {
      const answer = await request(path);
      expectProblem(answer, 'UNAUTHENTICATED');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expectProblem(await request(path, { token: `${admin}x` }), 'UNAUTHENTICATED');
    }
    // Not even what is wrong with a request is told to a stranger.
    expectProblem(
      await request('/api/interviews', { body: '{', headers: { 'content-type': 'application/json' } }),
      'UNAUTHENTICATED',
    );
  });

  test('[T5] each role has its routes, and links open their own interview only', async () => {
    const { create, request } = await build();
    const mine = await create();
    const other = await create();
    const routes = [
      ['GET', '/api/plans'],
      ['GET', '/api/plans/tea'],
      ['GET', '/api/interviews'],
      ['GET', `/api/interviews/${mine.id}`],
      ['GET', `/api/interviews/${mine.id}/transcript`],
      ['GET', `/api/interviews/${mine.id}/report`],
      ['GET', `/api/interviews/${mine.id}/journal`],
      ['POST', `/api/interviews/${mine.id}/tickets`],
    ] as const;
    const statuses = async (token: string) => {
      const answers = routes.map(async ([method, path]) => (await request(path, { method, token })).status);
      return Promise.all(answers);
    };
    expect(await statuses(admin)).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(await statuses(mine.reviewerToken)).toEqual([403, 403, 403, 200, 200, 200, 200, 201]);
    expect(await statuses(mine.candidateToken)).toEqual([403, 403, 403, 403, 200, 403, 403, 201]);
    expect(await statuses(other.reviewerToken)).toEqual([403, 403, 403, 403, 403, 403, 403, 403]);
    expect(await statuses(other.candidateToken)).toEqual([403, 403, 403, 403, 403, 403, 403, 403]);
    const cancel = command('interview.cancel');
    for (const token of [mine.reviewerToken, mine.candidateToken])
      expectProblem(await request(`/api/interviews/${mine.id}/commands`, { token, json: cancel }), 'FORBIDDEN');
  });
});

describe('descriptions', () => {
  test('[T16] the machine is its own definition', async () => {
    const { request } = await build();
    expect((await request('/api/machines/interview')).body).toEqual(JSON.parse(JSON.stringify(interview.config)));
  });

  test('[T16] the JSON Schema of plans asks for what has no default', async () => {
    const { request } = await build();
    const { body } = await request('/plan.schema.json');
    expect(body.required.sort()).toEqual(['id', 'questions', 'title']);
  });
});

describe('every refusal is a problem document', () => {
  test('[T1] unknown address, wrong method, wrong format, broken and oversized bodies', async () => {
    const { request } = await build();
    const post = (body: string, type = 'application/json') =>
      request('/api/interviews', { token: admin, body, headers: { 'content-type': type } });
    expectProblem(await request('/api/nothing'), 'NOT_FOUND');
    const wrong = await request('/api/plans', { method: 'DELETE', token: admin });
    expectProblem(wrong, 'METHOD_NOT_ALLOWED');
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, POST');
    expectProblem(await request('/api/plans/tea', { method: 'PUT', token: admin }), 'METHOD_NOT_ALLOWED');
    expectProblem(await post('{"planId":'), 'REQUEST_INVALID');
    expectProblem(await post('{"__proto__":{"x":1}}'), 'REQUEST_INVALID');
    expectProblem(await post('planId=tea', 'application/x-www-form-urlencoded'), 'MEDIA_TYPE_UNSUPPORTED');
    expectProblem(await post(JSON.stringify({ planId: 'x'.repeat(70_000) })), 'BODY_TOO_LARGE');
    expectProblem(
      await request('/api/plans', {
        token: admin,
        body: 'x'.repeat(1_100_000),
        headers: { 'content-type': 'application/yaml' },
      }),
      'BODY_TOO_LARGE',
    );
    expectProblem(await request('/%c0%ae'), 'REQUEST_INVALID');
    expectProblem(await request('/interviews/x'), 'NOT_FOUND');
  });

  test('[T20] an empty body that is said to be JSON is no body', async () => {
    const { request, create } = await build();
    const { id, candidateToken } = await create();
    const headers = { 'content-type': 'application/json' };
    const post = { method: 'POST', body: '', headers };
    const made = await request(`/api/interviews/${id}/tickets`, { ...post, token: candidateToken });
    expect([made.status, typeof made.body.ticket]).toEqual([201, 'string']);
    expectProblem(await request('/api/interviews', { ...post, token: admin }), 'REQUEST_INVALID');
  });

  test('[T2] errors of validation name the place and what is accepted, not what was sent', async () => {
    const { request } = await build();
    const answer = await request('/api/interviews', {
      token: admin,
      json: { planId: 'tea', candidate: { email: 'my secret' } },
    });
    expect(answer.body.problems).toEqual([{ path: 'body/candidate/email', message: expect.any(String) }]);
    expect(answer.text).not.toContain('my secret');
  });

  test('[T3] a defect is named by the id of the request, and described in the log only', async () => {
    const list = () => Promise.reject(new TypeError('undefined is not a head'));
    const { request, logs } = await build({ journal: { ...createMemoryJournal(), list } });
    const answer = await request('/api/interviews', { token: admin });
    expectProblem(answer, 'INTERNAL');
    expect(answer.text).not.toContain('head');
    const line = logs.find((text) => text.includes('undefined is not a head'));
    expect(line).toContain(answer.body.instance.replace('urn:uuid:', ''));
  });

  test('[T1] a request without Host, and one that is too slow', async () => {
    const { url } = await build({ app: { requestMs: 300 } });
    const nameless = await rawRequest(url, { line: 'GET /healthz', Host: null });
    expect(problemIn(await nameless.until('REQUEST_INVALID'))).toMatchObject({ status: 400 });
    const slow = await rawRequest(url, {
      line: 'POST /api/interviews',
      Authorization: `Bearer ${admin}`,
      'Content-Type': 'application/json',
      'Content-Length': '100',
    });
    slow.socket.write('{');
    const silent = await rawConnection(url);
    silent.socket.write('GET /healthz HTTP/1.1\r\n');
    for (const { ended } of [slow, silent])
      expect(problemIn(await ended)).toMatchObject({ code: 'REQUEST_INVALID', detail: 'too slow' });
  });

  test('[T1] what is not HTTP at all', async () => {
    const { url } = await build();
    const { port } = new URL(url);
    const text = await new Promise<string>((resolve) => {
      let got = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('NOT HTTP\r\n\r\n'));
      socket.on('data', (chunk) => {
        got += chunk;
      });
      socket.on('close', () => resolve(got));
    });
    expect(text).toContain('HTTP/1.1 400');
    expect(text).toContain('application/problem+json');
    expect(JSON.parse(text.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'REQUEST_INVALID' });
  });

  test('[T10] too many requests, with the time to wait; health is never limited', async () => {
    const { request } = await build({ app: { addressRequestsPerMinuteMax: 3 } });
    for (let i = 0; i < 3; i++) expect((await request('/plan.schema.json')).status).toBe(200);
    const answer = await request('/plan.schema.json');
    expectProblem(answer, 'RATE_LIMITED');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expectProblem(await request('/nothing'), 'RATE_LIMITED');
    expect((await request('/healthz')).status).toBe(200);
    expect((await request('/readyz')).status).toBe(200);
  });

  test('[T10] readings of journals are limited more tightly, each kind by itself', async () => {
    const { request, create } = await build({ app: { addressReadsPerMinuteMax: 2 } });
    const { id } = await create();
    const ofOne = ['', '/transcript', '/report', '/journal'].map((path) => `/api/interviews/${id}${path}`);
    for (const path of [...ofOne, '/api/plans/tea/statistics']) {
      const read = () => request(path, { token: admin });
      expect([(await read()).status, (await read()).status]).toEqual([200, 200]);
      const answer = await read();
      expectProblem(answer, 'RATE_LIMITED');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await request('/api/interviews', { token: admin })).status).toBe(200);
  });

  test('[T10] [T35] overload, with the time to wait; pages, probes and metrics are served, and whoever is in an interview', async () => {
    const pressure = { isBusy: false, take: () => null, commandCount: 0 };
    const { request, create, enter } = await build({ pressure });
    const live = await create();
    await enter(live.id, live.candidateToken);
    const { id, candidateToken } = await create();
    pressure.isBusy = true;
    for (const answer of [
      await request('/api/interviews', { token: admin, json: { planId: 'tea' } }),
      await request(`/api/interviews/${id}/tickets`, { method: 'POST', token: candidateToken }),
      await request(`/api/interviews/${live.id}`, { token: admin }),
    ]) {
      expectProblem(answer, 'TRY_LATER');
      expect(Number(answer.headers.get('retry-after'))).toBe(2);
    }
    for (const path of ['/healthz', '/readyz', '/metrics', '/plan.schema.json'])
      expect([path, (await request(path)).status]).toEqual([path, 200]);
    const ticket = await request(`/api/interviews/${live.id}/tickets`, { method: 'POST', token: live.candidateToken });
    expect(ticket.status).toBe(201);
  });

  test('[S26] an operator’s command over HTTP is refused with the time to wait, and leaves no record', async () => {
    const pressure = { isBusy: false, take: () => null, commandCount: 0 };
    const { request, create } = await build({ pressure });
    const { id } = await create();
    const json = command('interview.cancel');
    const answer = await request(`/api/interviews/${id}/commands`, { token: admin, json });
    expectProblem(answer, 'RATE_LIMITED');
    expect([answer.headers.get('retry-after'), answer.body.retryAfterMs]).toEqual(['2', 2_000]);
    const { body } = await request(`/api/interviews/${id}/journal`, { token: admin });
    expect(body.headSeq).toBe(1);
  });
});

describe('headers', () => {
  test('[T12] a strict policy, an id per request, and nothing of the API is kept', async () => {
    const { request, url } = await build();
    const { headers } = await request('/api/machines/interview');
    const { host } = new URL(url);
    const policy = headers.get('content-security-policy');
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain(`connect-src 'self' ws://${host} wss://${host}`);
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  test('[T12] HTTPS is insisted on where the public address uses it', async () => {
    const { request } = await build({ publicUrl: 'https://viva.example.com' });
    expect((await request('/healthz')).headers.get('strict-transport-security')).toContain('max-age');
  });
});
