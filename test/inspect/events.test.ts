import { createWebSocketInspector, type StatelyInspectionEvent } from '@statelyai/inspect';
import { expect, test, vi } from 'vitest';
import { createActor, fromPromise, waitFor } from 'xstate';
import { type EvaluateOutput, type InterviewEvent, type InterviewInput, interview } from '../../machines/interview.ts';
import { createTeller } from '../../src/inspect/events.ts';
import type { JournalRecord } from '../../src/journal/journal.ts';
import { toOutline } from '../../src/plans/outline.ts';
import { findPlan } from '../../src/plans/publish.ts';
import { ADMIN_KEY, build, command, viewWhere } from '../support/app.ts';
import { openRelay, receiveFrom } from '../support/relay.ts';

// What is told of an interview, beside what Stately's own inspector tells of the same machine when XState runs it.

/** An interview with an answer that is followed up, a skip and a review, as its journal has it. */
async function record() {
  const { create, enter, journal, request } = await build();
  const { id, candidateToken } = await create({ candidate: { name: 'Ada Lovelace' } });
  const socket = await enter(id, candidateToken);
  socket.send(command('interview.start'));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'water');
  socket.send(command('answer.submit', { promptId: 'water', text: 'the hottest that a kettle makes' }));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'time');
  socket.send(command('answer.draft', { promptId: 'time', text: 'some while' }));
  socket.send(command('answer.submit', { promptId: 'time', text: 'some while, so that it is dark' }));
  await viewWhere(socket, ({ state }) => state === 'FOLLOW_UP');
  const json = { questionId: 'time', score: 1, reason: 'she means the right thing' };
  await request(`/api/interviews/${id}/reviews`, { token: ADMIN_KEY, json });
  socket.send(command('interview.end'));
  await viewWhere(socket, ({ state }) => state === 'COMPLETE');
  const loaded = await journal.load(id);
  if (!loaded) throw new Error('the interview is gone');
  const published = await findPlan(journal, 'tea');
  return { id, plan: toOutline(published), records: loaded.records };
}

const isCourse = ({ event }: JournalRecord) => event.type !== 'review.added';

/** The same course in a live actor, with Stately's inspector on it. */
async function runLive(plan: InterviewInput['plan'], [first, ...rest]: JournalRecord[]) {
  const relay = await openRelay();
  const events = await receiveFrom(relay);
  const inspector = createWebSocketInspector({ url: relay.url, serializationDepthLimit: 30 });
  const results = rest.filter(({ event }) => event.type === 'xstate.done.actor.evaluate');
  const outputs = results.map(({ event }) => event.output as EvaluateOutput);
  const live = interview.provide({ actors: { evaluate: fromPromise(async () => outputs.shift() as EvaluateOutput) } });
  const { type: _created, ...opening } = first?.event ?? { type: '' };
  const input = { ...opening, plan, interviewId: 'live' } as unknown as InterviewInput;
  const actor = createActor(live, { input, inspect: inspector.inspect });
  actor.start();
  for (const { event } of rest) {
    if (!event.type.startsWith('xstate.')) actor.send(event as unknown as InterviewEvent);
    else await waitFor(actor, (snapshot) => !snapshot.matches('EVALUATING'));
  }
  await vi.waitFor(() =>
    expect(events.filter(({ sessionId, rootId }) => sessionId === rootId)).toHaveLength(2 * rest.length + 3),
  );
  inspector.stop();
  return events;
}

type Told = { type: string; sessionId: string; rootId: string | undefined } & Record<string, unknown>;

/** What is told of the interview itself, without what differs by run: ids and the time of telling. */
function ofRoot(events: readonly Told[]): object[] {
  return events
    .filter(({ sessionId, rootId, type }) => sessionId === rootId && type !== '@xstate.actor')
    .map(({ sessionId, rootId, createdAt, sourceId, ...told }) => {
      const source = typeof sourceId === 'string';
      // A result is dated where it enters the journal; XState's own is dated by what it carries.
      const { at, ...event } = told.event as { type: string; at?: number };
      const isResult = event.type.startsWith('xstate.done.');
      const plain = { ...told, source, event: isResult ? event : { ...event, ...(at === undefined ? {} : { at }) } };
      return JSON.parse(JSON.stringify(plain).replaceAll(sessionId, 'live'));
    });
}

/** The members of an event, of its snapshot and of its event, as words. */
function shapeOf(told: Told): string {
  // Theirs is the actor as it is when the package gets round to telling, ours as it was registered.
  const snapshot = told.type === '@xstate.actor' ? 'as it stands' : Object.keys((told.snapshot as object) ?? {}).sort();
  const { type } = (told.event as { type?: string }) ?? {};
  const of = told.sessionId === told.rootId ? 'the interview' : 'an invoked actor';
  return `${told.type} of ${of} ${type ?? ''}: ${Object.keys(told).sort()}; ${snapshot}`;
}

test("[X1] an interview tells the same as Stately's inspector on a live actor", async () => {
  const { id, plan, records } = await record();
  const theirs = (await runLive(plan, records.filter(isCourse))) as unknown as Told[];
  const teller = createTeller({ interviewId: id, plan, isTextTold: true });
  const ours: Told[] = records.flatMap((one) => JSON.parse(JSON.stringify(teller.tell(one))));
  expect(ofRoot(ours)).toEqual(ofRoot(theirs));
  const known = new Set(theirs.map(shapeOf));
  expect([...new Set(ours.map(shapeOf))].filter((shape) => !known.has(shape))).toEqual([]);
  expect(new Set(ours.map(({ _version }) => _version))).toEqual(new Set(theirs.map(({ _version }) => _version)));
  const [actor] = ours as unknown as StatelyInspectionEvent[];
  const [live] = theirs as unknown as StatelyInspectionEvent[];
  if (actor?.type !== '@xstate.actor' || live?.type !== '@xstate.actor') throw new Error('no actor came first');
  expect(JSON.parse(actor.definition ?? '')).toEqual(JSON.parse(live.definition ?? ''));
  expect([actor.name, actor.sessionId, actor.rootId]).toEqual([live.name, id, id]);
});

test('[X1] every invoked actor is a session of its own, and ends once', async () => {
  const { id, plan, records } = await record();
  const teller = createTeller({ interviewId: id, plan });
  const told = records.flatMap((one) => teller.tell(one));
  const invoked = told.filter((one) => one.type === '@xstate.actor' && one.sessionId !== id);
  const begun = invoked.map(({ sessionId }) => sessionId);
  expect(begun.length).toBeGreaterThan(5);
  expect(new Set(begun).size).toBe(begun.length);
  const ended = told.flatMap((one) =>
    one.type === '@xstate.snapshot' && ['done', 'stopped'].includes((one.snapshot as { status: string }).status)
      ? one.sessionId
      : [],
  );
  expect(ended.filter((session) => session !== id).sort()).toEqual(begun.sort());
  const sources = told.flatMap((one) =>
    one.type === '@xstate.event' && one.sessionId === id ? (one.sourceId ?? []) : [],
  );
  expect(sources).toHaveLength(2);
  for (const source of sources) expect(begun).toContain(source);
});

test('[X2] what people wrote is told only where it is asked for, and the course is the same', async () => {
  const { id, plan, records } = await record();
  const tell = (isTextTold: boolean) => {
    const teller = createTeller({ interviewId: id, plan, isTextTold });
    return records.flatMap((one) => teller.tell(one));
  };
  const [bare, full] = [JSON.stringify(tell(false)), JSON.stringify(tell(true))];
  const words = ['the hottest that a kettle makes', 'some while', 'so that it is dark'];
  for (const word of words) expect([word, full.includes(word), bare.includes(word)]).toEqual([word, true, false]);
  for (const text of ['Ada', 'she means', 'digest', 'salt']) expect(full.includes(text)).toBe(false);
  expect(bare).toContain('"text":"[redacted]"');
  const snapshots = (told: ReturnType<typeof tell>) => told.flatMap((one) => ('snapshot' in one ? one.snapshot : []));
  const ofInterview = (one: object) => 'context' in one;
  expect(snapshots(tell(false)).filter(ofInterview)).toEqual(snapshots(tell(true)).filter(ofInterview));
});

test('[X3] an interview that is told from its middle on begins with the actor as it stood there', async () => {
  const { id, plan, records } = await record();
  const whole = createTeller({ interviewId: id, plan });
  const all = records.map((one) => whole.tell(one));
  for (const [index, one] of records.entries()) {
    if (index === 0 || !isCourse(one)) continue;
    const teller = createTeller({ interviewId: id, plan, before: records.slice(0, index) });
    const [actor, ...told] = teller.tell(one);
    const before = all
      .slice(0, index)
      .flat()
      .findLast(({ type, sessionId }) => type === '@xstate.snapshot' && sessionId === id);
    expect(actor).toMatchObject({ type: '@xstate.actor', snapshot: (before as { snapshot: object }).snapshot });
    expect(told.slice(-(all[index]?.length ?? 0))).toEqual(all[index]);
    expect(() => teller.tell(one)).toThrow('does not follow');
  }
});
