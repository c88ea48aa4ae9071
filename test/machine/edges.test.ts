import { expect, test } from 'vitest';
import type { EventFromLogic } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { interview } from '../../machines/interview.ts';
import { edgesOf, edgesTaken } from '../support/edges.ts';
import {
  apply,
  doneEvent,
  enough,
  evaluationDigest,
  interviewInput,
  type MachineEvent,
  pathOf,
  planOutline,
  questionOutline,
  type Snapshot,
  T0,
} from '../support/machine.ts';
import { restingPaths } from '../support/positions.ts';
import { rows } from './rows.ts';

test('[M31] every transition of the chart has a row in the table, and every row takes one', () => {
  const all = edgesOf(interview);
  expect(new Set(all).size).toBe(all.length);

  const taken = new Set<string>();
  for (const row of rows) {
    const walk = row.from();
    const before = walk.snapshot;
    row.by(walk);
    const event = walk.events.at(-1);
    const edges = event ? edgesTaken(before, event) : [];
    expect(edges, row.when).not.toEqual([]);
    for (const edge of edges) taken.add(edge);
  }
  expect([...taken].filter((edge) => !all.includes(edge))).toEqual([]);
  expect(all.filter((edge) => !taken.has(edge))).toEqual([]);
  process.stdout.write(`machine: ${taken.size} of ${all.length} transitions taken by ${rows.length} rows\n`);
});

type TypedEvent = EventFromLogic<typeof interview>;

/** What may happen in a state, time standing still: the graph asks where it can lead, not when. */
function eventsAt(snapshot: Snapshot): TypedEvent[] {
  const promptId = snapshot.context.prompt?.id ?? '';
  const at = T0;
  const judged = (evaluation = enough) => ({ ok: true, at, evaluation });
  const events: MachineEvent[] = [
    { type: 'interview.start', at },
    { type: 'answer.draft', at, promptId, text: 'words' },
    { type: 'answer.submit', at, promptId, text: 'words' },
    { type: 'prompt.skip', at, promptId },
    { type: 'interview.pause', at },
    { type: 'interview.resume', at },
    { type: 'interview.end', at },
    { type: 'interview.cancel', at },
    { type: 'candidate.left', at },
    { type: 'candidate.joined', at },
    ...['invitation', 'prompt', 'pause', 'away', 'evaluation', 'backOff'].map((id) => doneEvent(id, { at })),
    // The one instant that matters: at its end the interview has no time left, whichever deadline tells.
    ...['prompt', 'whole'].map((id) => doneEvent(id, { at: snapshot.context.endsAt ?? at })),
    ...['evaluate', 'evaluateFallback'].flatMap((id) => [
      doneEvent(id, judged()),
      doneEvent(id, judged(evaluationDigest())),
      doneEvent(id, { ok: false, at, isRetryable: true } as { at: number }),
    ]),
  ];
  return events as TypedEvent[];
}

/** What tells two positions apart, without times. */
function position({ value, context }: Snapshot): string {
  const { questionIndex, askedPointIds, hasDraft, isAway, attempt, totalLeftMs, outcome } = context;
  const flags = [hasDraft, isAway, attempt, totalLeftMs === 0];
  return [pathOf({ value }), questionIndex, askedPointIds, ...flags, outcome].join(' ');
}

test('[M11] the graph of the chart leads from every position to COMPLETE, and to every outcome', () => {
  const input = interviewInput({
    plan: planOutline({
      disconnectedMs: 1_000,
      questions: [questionOutline('a', { followUpsMax: 1 }), questionOutline('b', { followUpsMax: 1 })],
      evaluation: { timeoutMs: 1_000, attemptsMax: 2, backoffMs: 1 },
    }),
  });
  const options = {
    input,
    events: eventsAt,
    serializeState: (snapshot: Snapshot) => position(snapshot),
    limit: 20_000,
  };
  const paths = getShortestPaths(interview, options);
  const reached = paths.map(({ state }) => pathOf(state));
  expect([...new Set(reached)].sort()).toEqual([...restingPaths].sort());

  const outcomes = paths.flatMap(({ state }) => state.context.outcome ?? []);
  expect([...new Set(outcomes)].sort()).toEqual(['cancelled', 'declined', 'ended', 'expired', 'finished']);

  // Backwards from COMPLETE: whatever position the graph has must be among those that lead there without a cancellation.
  const next = new Map<string, Set<string>>();
  for (const { state } of paths) {
    const from = position(state);
    const targets = eventsAt(state)
      .filter(({ type }) => type !== 'interview.cancel' && type !== 'interview.end')
      .map((event) => position(apply(state, event).snapshot));
    next.set(from, new Set(targets.filter((to) => to !== from)));
  }
  const leads = new Set([...next.keys()].filter((key) => key.startsWith('COMPLETE')));
  for (let before = -1; before !== leads.size; ) {
    before = leads.size;
    for (const [from, targets] of next) if ([...targets].some((to) => leads.has(to))) leads.add(from);
  }
  expect([...next.keys()].filter((key) => !leads.has(key))).toEqual([]);
  process.stdout.write(`machine: ${next.size} positions in the graph, all lead to COMPLETE\n`);
});
