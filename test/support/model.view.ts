import type { View } from '../../src/protocol.ts';
import { pathOf, type Snapshot } from './machine.ts';
import type { Path, Stage } from './model.paths.ts';
import { textOf } from './model.plans.ts';

// What people must see where the machine stands. Written from the specification and without src/view.ts: the two have
// to agree.

/** The part of a view that the model speaks about. Instants are relative to the interview's creation. */
export interface Sight {
  state: string;
  statePath?: string | undefined;
  prompt: {
    id: string;
    kind: string;
    index: number;
    parentId: string | undefined;
    deadlineAt: number | undefined;
    timeLeftMs: number | undefined;
    draft: string | undefined;
  } | null;
  paused: boolean;
  allowed: string[];
  outcome: string | undefined;
  progress: { answered: number; total: number };
  /** Once it is over; a score of null = nothing has judged the answers. */
  results?: { questionId: string; text: string; score: number | null }[] | undefined;
}

/** What the candidate and the reviewer see after a record. */
export interface Sights {
  candidate: Sight;
  reviewer: Sight;
  /** The newest record, up to this one, that anybody would notice. */
  newsSeq: number;
}

function allowedIn(path: string, { context }: Snapshot): string[] {
  if (path === 'IDLE') return ['interview.end', 'interview.start'];
  if (path.endsWith('.PAUSED')) return ['answer.draft', 'interview.end', 'interview.resume'];
  if (!path.endsWith('.ANSWERING')) return [];
  const isSkippable = path.startsWith('FOLLOW_UP') || context.plan.questions[context.questionIndex]?.skippable;
  return [
    'answer.draft',
    'answer.submit',
    'interview.end',
    ...(context.pauseLeftMs > 0 ? ['interview.pause'] : []),
    ...(isSkippable ? ['prompt.skip'] : []),
  ];
}

function earlier(a: number | null, b: number | null): number | undefined {
  return a === null ? (b ?? undefined) : Math.min(a, b ?? a);
}

/** What came of each record before. */
interface Told {
  answered: number;
  draft: string;
  /** The best of each answered question; null = nothing has judged its answers. */
  scores: Map<string, number | null>;
  newsSeq: number;
}

function keepScores(scores: Told['scores'], facts: Stage['facts']): void {
  for (const fact of facts) {
    if (fact.type === 'answer.taken') scores.set(fact.questionId, scores.get(fact.questionId) ?? null);
    if (fact.type !== 'evaluation.done') continue;
    const questionId = fact.answerId.replace(/\..*/, '');
    scores.set(questionId, Math.max(scores.get(questionId) ?? 0, fact.score));
  }
}

function sightsOf(snapshot: Snapshot, { answered, draft, scores, newsSeq }: Told, createdAt: number): Sights {
  const { context } = snapshot;
  const statePath = pathOf(snapshot);
  const isAsked = statePath.startsWith('QUESTIONING') || statePath.startsWith('FOLLOW_UP');
  const prompt = isAsked ? context.prompt : null;
  const isFollowUp = statePath.startsWith('FOLLOW_UP');
  const deadlineAt = prompt ? earlier(prompt.deadlineAt, context.endsAt) : undefined;
  const sight: Sight = {
    state: statePath.replace(/\..*/, ''),
    prompt: prompt && {
      id: prompt.id,
      kind: isFollowUp ? 'followUp' : 'question',
      index: context.questionIndex + 1,
      parentId: isFollowUp ? prompt.id.replace(/\..*/, '') : undefined,
      deadlineAt: deadlineAt === undefined ? undefined : deadlineAt - createdAt,
      timeLeftMs: earlier(prompt.timeLeftMs, context.totalLeftMs),
      draft: draft === '' ? undefined : draft,
    },
    paused: statePath.endsWith('.PAUSED'),
    allowed: allowedIn(statePath, snapshot),
    outcome: context.outcome ?? undefined,
    progress: { answered, total: context.plan.questions.length },
  };
  const results = [...scores].map(([questionId, score]) => ({ questionId, text: textOf(questionId), score }));
  const watched = { ...sight, statePath, allowed: [], prompt: sight.prompt && { ...sight.prompt, draft: undefined } };
  return { candidate: context.outcome === null ? sight : { ...sight, results }, reviewer: watched, newsSeq };
}

/** What is to be seen on a path after each record, the first of which creates the interview. */
export function sightsOn({ start, stages }: Path): Sights[] {
  const createdAt = start.context.at;
  const told: Told = { answered: 0, draft: '', scores: new Map(), newsSeq: 1 };
  const sights = [sightsOf(start, told, createdAt)];
  for (const [index, { event, before, after, facts }] of stages.entries()) {
    if (event.type === 'answer.draft') told.draft = (event as { text: string }).text;
    else if (before.context.prompt?.id !== after.context.prompt?.id) told.draft = '';
    if (pathOf(before).startsWith('QUESTIONING') && pathOf(after).startsWith('EVALUATING')) told.answered += 1;
    keepScores(told.scores, facts);
    // That a candidate comes or goes is news where it moves their clock.
    if (!event.type.startsWith('candidate.') || pathOf(before) !== pathOf(after)) told.newsSeq = index + 2;
    sights.push(sightsOf(after, told, createdAt));
  }
  return sights;
}

/** The same part of a view that the service has sent. */
export function sightOf(view: View, createdAt: number): Sight {
  const { state, prompt, paused, allowed, outcome, progress } = view;
  return {
    state,
    ...('statePath' in view ? { statePath: view.statePath } : {}),
    prompt: prompt && {
      id: prompt.id,
      kind: prompt.kind,
      index: prompt.index,
      parentId: prompt.parentId,
      deadlineAt: prompt.deadlineAt === undefined ? undefined : prompt.deadlineAt - createdAt,
      timeLeftMs: prompt.timeLeftMs,
      draft: prompt.draft,
    },
    paused,
    allowed: [...allowed].sort(),
    outcome,
    progress,
    ...('results' in view ? { results: view.results } : {}),
  };
}
