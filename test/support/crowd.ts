import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Actor } from '../../src/actor.ts';
import { VivaError } from '../../src/errors.ts';
import type { Journal, JournalRecord } from '../../src/journal/journal.ts';
import { toOutline } from '../../src/plans/outline.ts';
import type { PublishedPlan } from '../../src/plans/schema.ts';
import { stateOf } from '../../src/reduce.ts';
import { replay, restore, writeSnapshot } from '../../src/restore.ts';
import { ask, listener, look, type World } from './actors.ts';

// Many interviews at once, what was acknowledged to them, and whether their journals agree.

/** What a candidate was told is stored. */
export interface Acknowledged {
  seq: number;
  text: string;
}

/** Turns of the event loop that a wait may take before the test fails. */
const TURNS_MAX = 200_000;

/** Let the event loop turn until something holds. */
export async function turnUntil(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    if (holds()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`not so after ${TURNS_MAX} turns of the event loop`);
}

/** Run `job` for every item, at most `width` at a time. */
export async function inParallel<Item>(items: Iterable<Item>, width: number, job: (item: Item) => Promise<void>) {
  const left = items[Symbol.iterator]();
  async function work(): Promise<void> {
    for (let next = left.next(); !next.done; next = left.next()) await job(next.value);
  }
  await Promise.all(Array.from({ length: width }, work));
}

/** Open an interview, however often the registry is full. */
async function openPatiently(world: World, id: string): Promise<Actor> {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    try {
      return await world.open(id);
    } catch (error) {
      if (!(error instanceof VivaError) || error.code !== 'TRY_LATER') throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  throw new Error('there was never room');
}

/** One visit of a candidate: look, do one thing that is possible, go. Returns what was acknowledged. */
export async function visit(world: World, id: string, random: () => number): Promise<Acknowledged[]> {
  const actor = await openPatiently(world, id);
  const isStaying = random() < 0.5;
  const candidate = listener();
  const view = isStaying ? (await actor.attach(candidate)).view : await look(actor);
  const text = `${id} says alpha, ${randomUUID()}`;
  const acknowledged: Acknowledged[] = [];
  if (view.state === 'IDLE') await ask(actor, { type: 'interview.start' });
  else if (view.prompt) {
    const type = random() < 0.5 ? 'answer.draft' : 'answer.submit';
    const result = await ask(actor, { type, promptId: view.prompt.id, text });
    if (result.ok) acknowledged.push({ seq: result.seq, text });
  }
  if (isStaying) actor.detach(candidate.id);
  return acknowledged;
}

function textsOf(records: JournalRecord[]): string[] {
  return records.flatMap(({ event }) => (typeof event.text === 'string' ? [event.text] : []));
}

/**
 * Hold one interview's journal to what was acknowledged: everything is in it, once and where it was said to be; no
 * other interview's words are; replaying it gives its head, and what its snapshot gives.
 */
export async function audit(
  journal: Journal,
  published: PublishedPlan,
  id: string,
  acknowledged: readonly Acknowledged[],
  mark = id,
): Promise<JournalRecord[]> {
  const claimed = await journal.claim(id, 'auditor', { leaseMs: 1_000, force: true });
  const loaded = await journal.load(id);
  if (!loaded || !claimed || typeof claimed === 'string') throw new Error(`no interview ${id}`);
  const { head, records } = loaded;
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index + 1));
  for (const { seq, text } of acknowledged) expect(records[seq - 1]?.event.text).toBe(text);
  const texts = textsOf(records);
  for (const { text } of acknowledged) expect(texts.filter((other) => other === text)).toHaveLength(1);
  expect(texts.filter((text) => !text.startsWith(mark))).toEqual([]);
  const plan = toOutline(published);
  const replayed = replay(id, plan, records);
  expect({ seq: replayed.seq, state: stateOf(replayed.snapshot) }).toEqual({ seq: head.headSeq, state: head.state });
  const restored = await restore(id, plan, claimed, async () => records);
  expect(writeSnapshot(restored)).toEqual(writeSnapshot(replayed));
  return records;
}
