import fc from 'fast-check';
import { sealRecord } from '../../src/journal/chain.ts';
import type { InterviewHead, InterviewMeta, JournalRecord } from '../../src/journal/journal.ts';

// Journals of any content, chained as the service chains them.

/** An interview as a store gives it. */
export interface Chained {
  head: InterviewHead;
  records: JournalRecord[];
}

type Content = Pick<JournalRecord, 'event' | 'facts'> & { command: { id: string; digest: string } | null };

const words = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.constantFrom('', ' \n', '-', '\ud800'));

const event: fc.Arbitrary<JournalRecord['event']> = fc.oneof(
  fc.record({ type: fc.constantFrom('answer.submit', 'answer.draft'), at: fc.nat(), promptId: words, text: words }),
  fc.record({ type: fc.constant('deadline.extend'), at: fc.nat(), byMs: fc.nat(), reason: words }),
  fc.record({ type: fc.constant('interview.pause'), at: fc.nat() }),
  fc.record({ type: fc.constant('later'), more: fc.jsonValue({ maxDepth: 2 }) }),
  fc.record({
    type: fc.constant('xstate.done.actor.evaluate'),
    output: fc.record({
      ok: fc.constant(true),
      evaluation: fc.record({
        score: fc.double({ min: 0, max: 1, noNaN: true }),
        points: fc.array(
          fc.record({
            id: words,
            reason: words,
            evidence: fc.array(fc.record({ quote: words, start: fc.nat() }), { maxLength: 2 }),
          }),
          { maxLength: 2 },
        ),
      }),
    }),
  }),
);

const content: fc.Arbitrary<Content> = fc.record({
  event,
  facts: fc.array(fc.record({ type: fc.constant('defect' as const), actorId: words }), { maxLength: 2 }),
  command: fc.option(fc.record({ id: fc.uuid(), digest: fc.string({ minLength: 1 }) }), { nil: null }),
});

const meta: fc.Arbitrary<InterviewMeta> = fc.record(
  {
    planId: words,
    planVersion: fc.nat(),
    planHash: words,
    machineVersion: fc.constant('1'),
    createdAt: fc.nat(),
    candidate: fc.record({ name: words, email: words, locale: words }, { requiredKeys: [] }),
    accommodations: fc.record({ timeMultiplier: fc.double({ min: 1, max: 9, noNaN: true }) }, { requiredKeys: [] }),
    externalId: words,
  },
  { requiredKeys: ['planId', 'planVersion', 'planHash', 'machineVersion', 'createdAt', 'candidate', 'accommodations'] },
);

/** Chain records of the given contents, with salts that are their numbers. */
export function chain(interviewId: string, meta: InterviewMeta, contents: readonly Content[]): Chained {
  const records: JournalRecord[] = [];
  for (const [index, { event, facts, command }] of contents.entries()) {
    const previousHash = records.at(-1)?.hash ?? '';
    const unsealed = {
      seq: index + 1,
      at: 1_000 + index,
      epoch: 1,
      by: 'candidate' as const,
      event,
      facts,
      state: 'QUESTIONING.ANSWERING',
      versions: { record: 2, machine: '1' },
      ...(command ? { command } : {}),
    };
    const opening = index === 0 ? { opening: { interviewId, meta } } : {};
    records.push(sealRecord(unsealed, { previousHash, salt: `salt-${index}`, ...opening }));
  }
  const last = records.at(-1);
  if (!last) throw new Error('a chain has a first record');
  const { seq: headSeq, at: updatedAt, hash, versions } = last;
  const place = { epoch: 1, state: 'QUESTIONING', wakeAt: null, erasedAt: null };
  return { head: { id: interviewId, meta, headSeq, updatedAt, hash, versions, ...place }, records };
}

/** Any interview, as it comes back from a store. */
export const anyChained: fc.Arbitrary<Chained> = fc
  .tuple(fc.uuid(), meta, fc.array(content, { minLength: 1, maxLength: 6 }))
  .map(([id, of, contents]) => JSON.parse(JSON.stringify(chain(id, of, contents))) as Chained);
