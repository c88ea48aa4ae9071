import { expect, test } from 'vitest';
import { errorTable } from '../../src/errors.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { meterEvaluator, meterJournal } from '../../src/metered.ts';
import { createMetrics } from '../../src/metrics.ts';
import { commandRoles, roles } from '../../src/protocol.ts';
import { ADMIN_KEY, build, command, type TestApp, viewWhere } from '../support/app.ts';
import { manualClock } from '../support/clock.ts';
import { scriptedEvaluator } from '../support/evaluator.ts';
import { create, makeAppend } from '../support/journal.ts';

// Rules T27 to T29: what the service counts of itself.

/** Values by series, as Prometheus would read them. */
function parse(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('# '));
  return new Map(
    lines.map((line) => {
      const [, series = '', value = ''] =
        /^([a-z_]+(?:\{(?:\w+="[^"\\]*",?)+\})?) ([\d.e+-]+|NaN|\+Inf)$/.exec(line) ?? [];
      if (series === '') throw new Error(`not a line of metrics: ${line}`);
      return [series, Number(value)];
    }),
  );
}

async function readMetrics({ request }: Pick<TestApp, 'request'>) {
  return parse((await request('/metrics')).text);
}

/** An interview in which one answer is judged and one prompt skipped. */
async function play({ create, enter }: TestApp, words = 'boiling water') {
  const made = await create({ candidate: { name: 'Zoë Quux', email: 'zoe@example.org' }, externalId: 'ext-4711' });
  const candidate = await enter(made.id, made.candidateToken);
  candidate.send(command('interview.start'));
  await viewWhere(candidate, ({ prompt }) => prompt?.id === 'water');
  const answer = command('answer.submit', { promptId: 'water', text: words });
  candidate.send(answer);
  await viewWhere(candidate, ({ prompt }) => prompt?.id === 'time');
  return { ...made, candidate, answer };
}

test('[T27] metrics are for this machine, and for whoever has the admin key', async () => {
  const { app, request, create } = await build();
  const { reviewerToken } = await create();
  const local = await request('/metrics');
  expect([local.status, local.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  const ask = (remoteAddress: string, headers: Record<string, string> = {}) =>
    app.inject({ url: '/metrics', remoteAddress, headers }).then(({ statusCode }) => statusCode);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  expect(await ask('::ffff:127.0.0.1')).toBe(200);
  expect(await ask('203.0.113.9')).toBe(401);
  expect(await ask('203.0.113.9', bearer(reviewerToken))).toBe(403);
  expect(await ask('203.0.113.9', bearer(ADMIN_KEY))).toBe(200);
  for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])
    expect([name, (await request('/metrics', { headers: { [name]: '127.0.0.1' } })).status]).toEqual([name, 401]);
});

test('[T28] interviews, sockets, commands, refusals, commits and evaluations are counted', async () => {
  const app = await build();
  const { id, candidate, answer, reviewerToken } = await play(app);
  const reviewer = await app.enter(id, reviewerToken);
  const unknown = app.open(id);
  await new Promise((opened) => unknown.ws.once('open', opened));
  candidate.send(answer);
  expect((await candidate.next('ack')).duplicate).toBe(true);
  candidate.send(command('prompt.skip', { promptId: 'water' }));
  await candidate.next('error');
  await app.request('/api/interviews/none', { token: ADMIN_KEY });
  const { headSeq } = (await app.request(`/api/interviews/${id}/journal`, { token: ADMIN_KEY })).body;

  const metrics = await readMetrics(app);
  const read = (series: string) => metrics.get(series);
  expect(read('viva_interviews_live')).toBe(1);
  expect(
    ['candidate', 'reviewer', 'operator', 'none'].map((role) => read(`viva_sockets_open{role="${role}"}`)),
  ).toEqual([1, 1, 0, 1]);
  expect(read('viva_commands_total{command="interview.start",outcome="accepted"}')).toBe(1);
  expect(read('viva_commands_total{command="answer.submit",outcome="accepted"}')).toBe(1);
  expect(read('viva_commands_total{command="answer.submit",outcome="duplicate"}')).toBe(1);
  expect(read('viva_commands_total{command="prompt.skip",outcome="STALE_PROMPT"}')).toBe(1);
  expect(read('viva_refusals_total{via="socket",code="STALE_PROMPT"}')).toBe(1);
  expect(read('viva_refusals_total{via="http",code="INTERVIEW_NOT_FOUND"}')).toBe(1);
  // The first record came with the creation.
  expect(read('viva_commit_seconds_count{outcome="stored"}')).toBe(headSeq - 1);
  expect(read('viva_evaluation_seconds_count{evaluator="rubric",outcome="judged"}')).toBe(1);
  expect(read('viva_restores_total{cause="asked"}')).toBe(1);
  expect(read('viva_http_request_seconds_count{method="POST",route="/api/interviews",status="201"}')).toBe(1);

  candidate.ws.close();
  await viewWhere(reviewer, (view) => view.role !== 'candidate' && !view.isCandidateConnected);
  expect((await readMetrics(app)).get('viva_sockets_open{role="candidate"}')).toBe(0);
});

test('[T28] commands over HTTP are counted like those of the socket', async () => {
  const app = await build();
  const { id } = await app.create();
  const give = (json: object) => app.request(`/api/interviews/${id}/commands`, { token: ADMIN_KEY, json });
  await give(command('interview.cancel'));
  await give(command('interview.cancel'));
  const metrics = await readMetrics(app);
  expect(metrics.get('viva_commands_total{command="interview.cancel",outcome="accepted"}')).toBe(1);
  expect(metrics.get('viva_commands_total{command="interview.cancel",outcome="NOT_ACCEPTED"}')).toBe(1);
  expect(metrics.get('viva_refusals_total{via="http",code="NOT_ACCEPTED"}')).toBe(1);
});

test('[T28] an interview that leaves memory and comes back is counted', async () => {
  const app = await build({ actors: { liveMax: 1 } });
  const cancel = (id: string) =>
    app.request(`/api/interviews/${id}/commands`, { token: ADMIN_KEY, json: command('interview.cancel') });
  const [first, second] = [await app.create(), await app.create()];
  for (const { id } of [first, second, first]) await cancel(id);
  const metrics = await readMetrics(app);
  expect(metrics.get('viva_restores_total{cause="asked"}')).toBe(3);
  expect(metrics.get('viva_hibernations_total')).toBe(2);
  expect(metrics.get('viva_interviews_live')).toBe(1);
});

test('[T28] how late an overdue interview was looked after is measured from its deadline', async () => {
  const clock = manualClock();
  const metrics = createMetrics();
  const journal = meterJournal(createMemoryJournal({ now: clock.now }), metrics, clock);
  const id = await create(journal, { wakeAt: clock.now() - 7_000 });
  await journal.claim(id, 'sweep', { leaseMs: 1_000, force: false });
  expect(await journal.claim(id, 'other', { leaseMs: 1_000, force: false })).toBe('held');
  const values = parse((await metrics.read()).text);
  expect(values.get('viva_overdue_seconds_sum')).toBe(7);
  expect(values.get('viva_overdue_seconds_count')).toBe(1);
  expect(values.get('viva_restores_total{cause="overdue"}')).toBe(1);
});

test('[T28] appends that are refused or fail are told apart', async () => {
  const clock = manualClock();
  const metrics = createMetrics();
  const store = createMemoryJournal({ now: clock.now });
  const journal = meterJournal(store, metrics, clock);
  const id = await create(journal);
  await journal.claim(id, 'me', { leaseMs: 1_000, force: true });
  const append = makeAppend(id, 1, 2);
  expect(await journal.append(append)).toEqual({ ok: true });
  const { command: known } = append.record;
  await journal.append({
    ...makeAppend(id, 1, 3),
    record: { ...makeAppend(id, 1, 3).record, ...(known ? { command: known } : {}) },
  });
  await journal.append(makeAppend(id, 0, 3));
  await store.close();
  await expect(journal.append(makeAppend(id, 1, 3))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  const values = parse((await metrics.read()).text);
  const countOf = (outcome: string) => values.get(`viva_commit_seconds_count{outcome="${outcome}"}`);
  expect(['stored', 'duplicate', 'fenced', 'failed'].map(countOf)).toEqual([1, 1, 1, 1]);
});

test('[T28] evaluations are counted by evaluator and outcome', async () => {
  const metrics = createMetrics();
  const { evaluator, next } = scriptedEvaluator();
  const metered = meterEvaluator('rubric', evaluator, metrics);
  const request = { question: 'q', answer: 'a', rubric: { threshold: 0.5, points: [] } };
  async function call(settle: (call: Awaited<ReturnType<typeof next>>) => void, controller = new AbortController()) {
    const asked = metered(request, { key: 'k', signal: controller.signal }).catch(() => null);
    settle(await next());
    await asked;
  }
  await call(({ reply }) => reply({ ok: false, code: 'X', isRetryable: true }));
  await call(({ reply }) => reply({ ok: false, code: 'X', isRetryable: false }));
  await call(({ crash }) => crash());
  const controller = new AbortController();
  await call(({ reply }) => {
    controller.abort();
    reply({ ok: false, code: 'X', isRetryable: true });
  }, controller);
  const values = parse((await metrics.read()).text);
  const countOf = (outcome: string) =>
    values.get(`viva_evaluation_seconds_count{evaluator="rubric",outcome="${outcome}"}`);
  expect(['retryable', 'failed', 'defect', 'aborted'].map(countOf)).toEqual([1, 1, 1, 1]);
});

test('[T29] nothing of anybody is in the metrics, every label is from a fixed set, and they do not grow', async () => {
  const app = await build();
  const { id, candidate, candidateToken } = await play(app, 'xyzzy boiling water');
  const misses = ['/none/xyzzy', `/api/interviews/xyzzy-${id}`, '/api/plans/xyzzy'];
  for (const path of misses) await app.request(path, { token: ADMIN_KEY });
  await app.request('/none/xyzzy', { method: 'PROPFIND' });
  candidate.send(command('interview.end'));
  await viewWhere(candidate, ({ state }) => state === 'COMPLETE');
  const { text } = await app.request('/metrics');
  for (const word of ['xyzzy', id, candidateToken, 'Zoë', 'zoe@', 'ext-4711', 'water', 'PROPFIND'])
    expect([word, text.includes(word)]).toEqual([word, false]);

  const sets: Record<string, RegExp> = {
    role: RegExp(`^(${roles.join('|')}|none)$`),
    command: RegExp(`^(${Object.keys(commandRoles).join('|')})$`),
    outcome: RegExp(
      `^(accepted|duplicate|stored|fenced|failed|judged|retryable|aborted|defect|${Object.keys(errorTable).join('|')})$`,
    ),
    code: RegExp(`^(${Object.keys(errorTable).join('|')})$`),
    via: /^(http|socket)$/,
    cause: /^(asked|overdue)$/,
    evaluator: /^(rubric|llm|fallback)$/,
    method: /^(GET|POST|DELETE|any)$/,
    route: /^(none|\/[\w:./*-]*)$/,
    status: /^\d{3}$/,
    le: /^([\d.]+|\+Inf)$/,
  };
  const series = [...parse(text).keys()];
  for (const [, name = '', value = ''] of series.flatMap((each) => [...each.matchAll(/(\w+)="([^"]*)"/g)]))
    expect(`${name} ${value} ${sets[name]?.test(value)}`).toBe(`${name} ${value} true`);

  const before = [...(await readMetrics(app)).keys()];
  const again = await play(app, 'plugh boiling water');
  again.candidate.send(command('interview.end'));
  await viewWhere(again.candidate, ({ state }) => state === 'COMPLETE');
  expect([...(await readMetrics(app)).keys()]).toEqual(before);
});

test('the process is measured where that is asked for', async () => {
  const { text } = await createMetrics({ isProcessMeasured: true }).read();
  for (const name of ['process_resident_memory_bytes', 'process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds'])
    expect(text).toMatch(new RegExp(`^${name} `, 'm'));
});

test('[T34] interviews that are overdue and that nobody holds are counted', async () => {
  const clock = manualClock();
  const journal = createMemoryJournal({ now: clock.now });
  // Sweeps would look after them.
  const app = await build({ clock, journal, actors: { sweepMs: 3_600_000 } });
  const count = async () => (await readMetrics(app)).get('viva_interviews_overdue');
  await create(journal, { wakeAt: clock.now() });
  const held = await create(journal, { wakeAt: clock.now() });
  await journal.claim(held, 'other', { leaseMs: 90_000, force: true });
  expect(await count()).toBe(0);
  clock.jump(clock.now() + 60_000);
  expect(await count()).toBe(1);
  clock.jump(clock.now() + 40_000);
  expect(await count()).toBe(2);
});

test('[T34] without the store all but that is told', async () => {
  const journal = createMemoryJournal();
  const due = () => Promise.reject(new Error('the store is gone'));
  const metrics = await readMetrics(await build({ journal: { ...journal, due } }));
  expect(metrics.has('viva_interviews_overdue')).toBe(false);
  expect(metrics.get('viva_interviews_live')).toBe(0);
});
