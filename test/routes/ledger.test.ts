import { expect, test } from 'vitest';
import { OUTAGE_MIN_MS } from '../../src/downtime.ts';
import { timeLedgerSchema } from '../../src/protocol.ts';
import { ADMIN_KEY, build, command, plan, viewWhere } from '../support/app.ts';
import { manualClock } from '../support/clock.ts';

test('[W4] the ledger is in the report, in the view of reviewers and in the receipt of the candidate', async () => {
  const clock = manualClock();
  const app = await build({ clock });
  const { id, candidateToken, reviewerToken } = await app.create();
  const candidate = await app.enter(id, candidateToken);
  const reviewer = await app.enter(id, reviewerToken);
  candidate.send(command('interview.start'));
  await candidate.next('ack');
  clock.advance(40_000);
  candidate.ws.close();
  await viewWhere(reviewer, (view) => view.role !== 'candidate' && !view.isCandidateConnected);
  clock.advance(OUTAGE_MIN_MS);
  await viewWhere(reviewer, (view) => view.role !== 'candidate' && view.timeLedger.totalMs === 50_000);
  const again = await app.enter(id, candidateToken);
  again.send(command('interview.end'));
  await again.next('ack');

  const timeLedger = {
    thinkingMs: 40_000,
    typingMs: 0,
    evaluatingMs: 0,
    disconnectedMs: OUTAGE_MIN_MS,
    pausedMs: 0,
    extendedMs: 0,
    downMs: 0,
    totalMs: 40_000 + OUTAGE_MIN_MS,
  };
  const read = async (path: string, token: string) =>
    (await app.request(`/api/interviews/${id}${path}`, { token })).body;
  expect((await read('/report', reviewerToken)).timeLedger).toEqual(timeLedger);
  expect((await read('', ADMIN_KEY)).timeLedger).toEqual(timeLedger);
  expect((await read('/transcript', candidateToken)).timeLedger).toEqual(timeLedger);
  expect(timeLedgerSchema.parse(timeLedger)).toEqual(timeLedger);
});

test('[M32] an operator stretches the time of a candidate who is at it, over HTTP', async () => {
  const clock = manualClock();
  const app = await build({ clock });
  const { id, candidateToken } = await app.create();
  const candidate = await app.enter(id, candidateToken);
  candidate.send(command('interview.start'));
  const { prompt } = await viewWhere(candidate, (view) => view.prompt !== null);
  const give = (json: object) => app.request(`/api/interviews/${id}/commands`, { token: ADMIN_KEY, json });
  expect((await give(command('accommodation.change', { timeMultiplier: 0.5 }))).status).toBe(400);
  expect((await give(command('accommodation.change', { reason: 'nothing asked' }))).status).toBe(400);
  const given = await give(command('accommodation.change', { timeMultiplier: 2, reason: 'reads slowly' }));
  expect(given).toMatchObject({ status: 200, body: { duplicate: false } });
  const { view } = await candidate.next('view');
  const wholeMs = plan.limits.totalMinutes * 60_000;
  expect(view.prompt?.deadlineAt).toBe(Number(prompt?.deadlineAt) + wholeMs);
  expect(view.plan.totalMinutes).toBe(2 * plan.limits.totalMinutes);
  const { body } = await app.request(`/api/interviews/${id}/report`, { token: ADMIN_KEY });
  expect(body.accommodations).toEqual({ timeMultiplier: 2, untimed: false });
});
