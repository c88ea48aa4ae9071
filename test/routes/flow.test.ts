import { expect, test } from 'vitest';
import { chart } from '../../src/flow/chart.ts';
import { pathOf } from '../../src/flow/path.ts';
import type { FlowLayout, FlowPath } from '../../src/flow/shape.ts';
import { toOutline } from '../../src/plans/outline.ts';
import type { View } from '../../src/protocol.ts';
import { readGolden, readGoldens, readVersions } from '../golden/golden.ts';
import { ADMIN_KEY, build, command, type TestSocket, viewWhere } from '../support/app.ts';
import { manualClock } from '../support/clock.ts';

type Definition = {
  description?: string;
  states?: Record<string, Definition>;
  on?: Record<string, unknown>;
  always?: unknown;
  invoke?: unknown;
};

const listOf = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** Every state of a definition with how many transitions it declares. */
function statesOf(definition: Definition, path: string[] = []): { path: string; text: string; count: number }[] {
  const invoked = listOf(definition.invoke) as { onDone?: unknown; onError?: unknown }[];
  const declared = [
    ...Object.values(definition.on ?? {}),
    definition.always,
    ...invoked.flatMap(({ onDone, onError }) => [onDone, onError]),
  ];
  return [
    { path: path.join('.'), text: definition.description ?? '', count: declared.flatMap(listOf).length },
    ...Object.entries(definition.states ?? {}).flatMap(([key, child]) => statesOf(child, [...path, key])),
  ];
}

test('[T22] the picture holds the whole chart, each transition once, and others are served meanwhile', async () => {
  const { request } = await build();
  const asked = request('/api/machines/interview/layout').then((answer) => ({ name: 'layout', answer }));
  const other = request('/healthz').then((answer) => ({ name: 'health', answer }));
  expect((await Promise.race([asked, other])).name).toBe('health');
  const layout: FlowLayout = (await asked).answer.body;

  const definition: Definition = (await request('/api/machines/interview')).body;
  const [machine, ...declared] = statesOf(definition);
  expect(layout.states.map(({ path, description }) => [path, description])).toEqual(
    declared.map(({ path, text }) => [path, text]),
  );
  for (const { path, count } of [...declared, { path: '', count: machine?.count }])
    expect(`${path} ${layout.transitions.filter(({ from }) => from === path).length}`).toBe(`${path} ${count}`);
  const ways = [...layout.arrows, ...layout.states.flatMap(({ stays }) => stays)];
  expect(ways.flatMap(({ transitionIds }) => transitionIds).sort()).toEqual(
    layout.transitions.map(({ id }) => id).sort(),
  );
  for (const { points, label, lines } of layout.arrows) {
    expect(points.length).toBeGreaterThan(1);
    expect(label !== null).toBe(lines.length > 0);
  }
  expect((await request('/api/machines/interview/layout')).text).toBe((await asked).answer.text);
});

test('[T22] every state stands inside of the one around it, and on no other', async () => {
  const { request } = await build();
  const { states, width, height }: FlowLayout = (await request('/api/machines/interview/layout')).body;
  const whole = { x: 0, y: 0, width, height };
  for (const state of states) {
    const around = states.find(({ path }) => path === state.parent) ?? whole;
    const isInside =
      state.x > around.x &&
      state.y > around.y &&
      state.x + state.width < around.x + around.width &&
      state.y + state.height < around.y + around.height;
    expect(`${state.path} ${isInside}`).toBe(`${state.path} true`);
    for (const other of states.filter(({ parent, path }) => parent === state.parent && path !== state.path)) {
      const isApart =
        state.x + state.width <= other.x ||
        other.x + other.width <= state.x ||
        state.y + state.height <= other.y ||
        other.y + other.height <= state.y;
      expect(`${state.path} ${other.path} ${isApart}`).toBe(`${state.path} ${other.path} true`);
    }
  }
});

const transitionsById = new Map(chart.transitions.map((transition) => [transition.id, transition]));
const initialByPath = new Map(chart.states.map(({ path, initial }) => [path, initial]));

/** Where a state begins. */
function entered(path: string): string {
  const initial = initialByPath.get(path);
  return initial ? entered(initial) : path;
}

const goldens = readVersions().flatMap((version) =>
  readGoldens(version).map(([name, golden]) => [`${name} of version ${version}`, golden] as const),
);

test.each(goldens)('[T23] the path of %s leads from each state to the next', async (_name, golden) => {
  const { records, published } = await readGolden(golden);
  const steps = pathOf(golden.head.id, toOutline(published), records);
  expect(steps.map(({ seq, at, state }) => [seq, at, state])).toEqual(
    records.map(({ seq, at, state }) => [seq, at, state]),
  );
  let state = steps[0]?.state ?? '';
  expect(steps[0]?.transitionIds).toEqual([]);
  for (const { transitionIds, seq, state: after } of steps.slice(1)) {
    expect(transitionIds.length).toBeGreaterThan(0);
    for (const id of transitionIds) {
      const transition = transitionsById.get(id);
      const isFromHere =
        transition?.from === '' || state === transition?.from || state.startsWith(`${transition?.from}.`);
      expect(`${seq} ${id} from ${state}: ${isFromHere}`).toBe(`${seq} ${id} from ${state}: true`);
      if (transition?.to) state = entered(transition.to);
    }
    expect(`${seq} ${state}`).toBe(`${seq} ${after}`);
    const cause = transitionsById.get(transitionIds[0] ?? '')?.cause ?? '';
    const { type } = records[seq - 1]?.event ?? { type: '' };
    expect(type.replace(/^xstate\.(done|error)\.actor\./, '')).toBe(cause.replace(/ (done|deadline|defect)$/, ''));
    // Two ways lead from DECIDING to the end; only one of them because time is short.
    const ended = records[seq - 1]?.facts.find((fact) => fact.type === 'interview.completed');
    const last = transitionsById.get(transitionIds.at(-1) ?? '');
    if (ended && last?.from === 'EVALUATING.DECIDING')
      expect(last.guard).toBe(ended.outcome === 'expired' ? 'isCutShort' : 'else');
  }
});

/** A whole interview: a pause, an answer, a skipped question, and a review afterwards. */
async function play() {
  const clock = manualClock();
  const app = await build({ clock });
  const made = await app.create();
  const reviewer = await app.enter(made.id, made.reviewerToken);
  const candidate = await app.enter(made.id, made.candidateToken);
  const give = async (type: string, more: object = {}) => {
    clock.advance(5_000);
    candidate.send(command(type, more));
    await candidate.next('ack');
  };
  await give('interview.start');
  await give('answer.draft', { promptId: 'water', text: 'boiling' });
  await give('interview.pause');
  await give('interview.resume');
  await give('answer.submit', { promptId: 'water', text: 'boiling water for black leaves' });
  await viewWhere(candidate, ({ prompt }) => prompt?.id === 'time');
  await give('prompt.skip', { promptId: 'time' });
  clock.advance(5_000);
  const json = { questionId: 'water', score: 0.5, reason: 'a temperature is missing' };
  await app.request(`/api/interviews/${made.id}/reviews`, { token: made.reviewerToken, json });
  return { app, reviewer, ...made };
}

/** The views that a reviewer was told, by the record after which they were told. */
async function viewsTold(reviewer: TestSocket, headSeq: number): Promise<Map<number, View>> {
  const told = new Map<number, View>();
  while (!told.has(headSeq)) {
    const { seq } = await reviewer.next('record');
    told.set(seq, (await reviewer.next('view')).view);
  }
  return told;
}

test('[T21] the view of an earlier record is the one that was told then', async () => {
  const { app, reviewer, id, reviewerToken } = await play();
  const path = (await app.request(`/api/interviews/${id}/path`, { token: reviewerToken })).body as FlowPath;
  const told = await viewsTold(reviewer, path.headSeq);
  expect([...told.keys()]).toEqual(path.steps.slice(1).map(({ seq }) => seq));
  for (const [seq, view] of told) {
    const read = await app.request(`/api/interviews/${id}?atSeq=${seq}`, { token: reviewerToken });
    // Who is connected is not on record, only who was away for long.
    expect(read.body).toEqual({ ...view, isCandidateConnected: false });
  }
  const first = await app.request(`/api/interviews/${id}?atSeq=1`, { token: ADMIN_KEY });
  expect(first.body).toMatchObject({ state: 'IDLE', serverTime: path.steps[0]?.at, transcript: { entries: [] } });
});

test('[T21] the report of an earlier record is the one that was given then', async () => {
  const { app, id, reviewerToken } = await play();
  const read = async (query: string) =>
    (await app.request(`/api/interviews/${id}/report${query}`, { token: reviewerToken })).body;
  const now = await read('');
  expect(await read(`?atSeq=${now.headSeq}`)).toEqual(now);
  expect(now).toMatchObject({ state: 'COMPLETE', reviewedScore: 0.5, reviews: [{ score: 0.5 }] });
  const beforeReview = await read(`?atSeq=${now.headSeq - 1}`);
  expect(beforeReview).toMatchObject({ score: now.score, reviewedScore: null, reviews: [] });
  const asked = await read('?atSeq=4');
  expect(asked).toMatchObject({ state: 'QUESTIONING', headSeq: 4, score: null, counts: { asked: 1, answered: 0 } });
  // Ten seconds of answering before the pause.
  expect(asked.timeLedger.totalMs).toBe(10_000);
  expect(asked.chain.headHash).not.toBe(now.chain.headHash);
});

test('[T21] a moment that is none is refused, and candidates are told of none', async () => {
  const { request, create } = await build();
  const { id, candidateToken } = await create();
  for (const atSeq of ['2', '0', '-1', '1.5', 'now'])
    for (const part of ['', '/report'])
      expect(await request(`/api/interviews/${id}${part}?atSeq=${atSeq}`, { token: ADMIN_KEY })).toMatchObject({
        status: 400,
        body: { code: 'REQUEST_INVALID' },
      });
  expect((await request(`/api/interviews/${id}?atSeq=1`, { token: candidateToken })).status).toBe(403);
});

test('[T23] the path of an interview that ran tells every command and what followed from it', async () => {
  const { app, id, reviewerToken } = await play();
  const { body } = await app.request(`/api/interviews/${id}/path`, { token: reviewerToken });
  const named = (body as FlowPath).steps.map(({ transitionIds }) =>
    transitionIds.map((one) => {
      const { cause, guard, to } = transitionsById.get(one) ?? {};
      return `${cause} ${guard} ${to}`;
    }),
  );
  expect(named).toEqual([
    [],
    ['interview.start isConsentGiven QUESTIONING'],
    ['answer.draft isCurrentPrompt null'],
    ['interview.pause hasPauseLeft QUESTIONING.PAUSED'],
    ['interview.resume null QUESTIONING.ANSWERING'],
    ['answer.submit isAnswer EVALUATING'],
    ['evaluate done isScored EVALUATING.DECIDING', 'at once hasNextQuestion QUESTIONING'],
    ['prompt.skip isSkippableWithoutNext COMPLETE'],
    [],
  ]);
});
