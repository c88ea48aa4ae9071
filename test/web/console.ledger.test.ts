import { expect, test } from 'vitest';
import { timeLedgerSchema } from '../../src/protocol.ts';
import { describeLedger, judgesOf, toLedgerRows } from '../../web/console/ledger.ts';
import { mockView } from '../../web/console/mock-interview.ts';

const { timeLedger, transcript } = mockView;

test('[W4] every account of the ledger is drawn once, and the shares are of the whole', () => {
  const rows = toLedgerRows(timeLedger);
  const keys = Object.keys(timeLedgerSchema.shape).filter((key) => key !== 'totalMs');
  expect(rows.map(({ key }) => key).sort()).toEqual(keys.sort());
  expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  expect(rows.reduce((sum, { ms }) => sum + ms, 0)).toBe(timeLedger.totalMs);
  const none = Object.fromEntries(Object.keys(timeLedger).map((key) => [key, 0])) as unknown as typeof timeLedger;
  expect(toLedgerRows(none).map(({ share }) => share)).toEqual(rows.map(() => 0));
});

test('a missing connection counts, not, or partly, as the plan has it', () => {
  const countsWith = (minutes?: number) =>
    toLedgerRows({ ...timeLedger, disconnectedMs: 180_000 }, minutes).find(({ key }) => key === 'disconnectedMs')
      ?.counts;
  expect([countsWith(), countsWith(0), countsWith(2), countsWith(3)]).toEqual(['yes', 'yes', 'partly', 'no']);
});

test('the bar says in words what it draws', () => {
  const rows = toLedgerRows(timeLedger).slice(0, 2);
  expect(describeLedger(rows, (ms) => `${ms / 60_000} min`)).toBe('Thinking 7 min, Typing 4 min');
});

test('each judge is named once, a model with its prompt and rubric', () => {
  expect(judgesOf(transcript.entries)).toEqual(['rubric 1']);
  const [entry] = transcript.entries;
  if (!entry?.evaluation) throw new Error('the first answer is not judged');
  const model = {
    provider: 'local',
    name: 'small-1',
    answeredBy: 'small-1',
    prompt: { version: '3', hash: 'aaaaaaaaaaaabbbb' },
    rubricHash: 'ccccccccccccdddd',
    calls: 1,
    tokens: { input: 1, output: 1 },
    scores: [1],
    scoreByWords: 1,
    doubts: [],
  };
  const evaluation = { ...entry.evaluation, evaluator: { id: 'llm', version: '1' }, model };
  const again = { ...evaluation, seq: 9, at: 1 };
  const named = 'llm 1: small-1 at local, prompt 3 (aaaaaaaaaaaa), rubric cccccccccccc';
  expect(judgesOf([{ ...entry, evaluation, reevaluations: [again] }])).toEqual([named]);
  expect(judgesOf([{ ...entry, evaluation: null }])).toEqual([]);
});
