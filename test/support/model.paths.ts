import type { EventFromLogic } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { type InterviewFact, type InterviewInput, interview } from '../../machines/interview.ts';
import { edgesOf, edgesTaken } from './edges.ts';
import { apply, begin, type MachineEvent, pathOf, type Snapshot } from './machine.ts';
import { eventOf, type Move, moves, moveToFinish, nameMove, nextDeadlineOf, recordedAt } from './model.moves.ts';
import { INVITATION_MS, outlineOf, type PlanSpec, specs } from './model.plans.ts';

// Paths through the machine: found in its graph, then rehearsed on the machine itself with true instants.

/** One step of a path, as the machine takes it. */
export interface Stage {
  move: Move;
  event: MachineEvent;
  before: Snapshot;
  after: Snapshot;
  facts: InterviewFact[];
}

/** A whole interview. */
export interface Path {
  spec: PlanSpec;
  title: string;
  start: Snapshot;
  stages: Stage[];
}

/** In the years of the service's own instants. */
const CREATED_AT = Date.UTC(2026, 0, 5, 9);

/** The most positions that the graph of one plan may have. */
const LIMIT = 50_000;

function inputOf(spec: PlanSpec): InterviewInput {
  return {
    interviewId: 'the-interview-of-the-model',
    at: CREATED_AT,
    plan: outlineOf(spec),
    invitationExpiresAt: CREATED_AT + INVITATION_MS,
    timeMultiplier: 1,
    isUntimed: false,
  };
}

/** What tells two positions apart, without texts and instants. */
function positionOf(snapshot: Snapshot): string {
  const { questionIndex, askedPointIds, hasDraft, attempt, totalLeftMs, pauseLeftMs, isAway, awayLeftMs, outcome, at } =
    snapshot.context;
  const next = nextDeadlineOf(snapshot);
  const path = pathOf(snapshot);
  const isJudged = path.startsWith('EVALUATING');
  return [
    path,
    questionIndex,
    askedPointIds,
    hasDraft ? 'draft' : '',
    isJudged ? attempt : '',
    totalLeftMs === 0 ? 'time is up' : '',
    pauseLeftMs > 0 ? 'may pause' : '',
    isAway ? 'away' : '',
    awayLeftMs > 0 ? 'may be away' : '',
    next?.id ?? '',
    // After a sleep of the service.
    next && next.at <= at ? 'overdue' : '',
    outcome ?? '',
  ].join(' ');
}

/** An event of the graph remembers what made it. */
type Made = EventFromLogic<typeof interview> & { move: Move };

function possible(snapshot: Snapshot): Made[] {
  return moves.flatMap((move) => {
    const event = eventOf(snapshot, move);
    return event ? [{ ...event, move } as Made] : [];
  });
}

/** The shortest way to every position of a plan's interview. */
function waysOf(spec: PlanSpec): { moves: Move[]; state: Snapshot }[] {
  const found = getShortestPaths(interview, {
    input: inputOf(spec),
    events: possible,
    serializeState: (snapshot: Snapshot) => positionOf(snapshot),
    limit: LIMIT,
  });
  return found.map(({ state, steps }) => ({
    state,
    moves: steps.flatMap(({ event }) => ('move' in event ? [(event as Made).move] : [])),
  }));
}

/** Take the moves on the machine, then those that bring it to its end; null = not possible at true instants. */
function rehearse(spec: PlanSpec, chosen: readonly Move[]): Path | null {
  let last = begin(inputOf(spec));
  const start = last.snapshot;
  const stages: Stage[] = [];
  const broken = new Set<string>();
  let now = start.context.at;
  for (let index = 0; ; index += 1) {
    const before = last.snapshot;
    const move = chosen[index] ?? moveToFinish(before);
    if (!move) break;
    const event = eventOf(before, move, move.do === 'break' || move.do === 'pass' ? now : undefined);
    if (!event) return null;
    // A deadline breaks when it is armed, and not later; a broken one does not come.
    if (move.do === 'break' && !last.started.some(({ id }) => id === move.id)) return null;
    if (move.do === 'pass' && broken.size > 0) return null;
    last = apply(before, event);
    now = recordedAt(move, event);
    if (last.stoppedIds.length > 0) broken.clear();
    else if (move.do === 'break') broken.add(move.id);
    stages.push({ move, event, before, after: last.snapshot, facts: last.facts });
  }
  const title = `${spec.title}: ${stages.map(({ move }) => nameMove(move)).join(', ')}`;
  return { spec, title, start, stages };
}

/** Every transition of the chart. */
export const chartEdges: readonly string[] = edgesOf(interview);

/** The transitions of the chart that a path takes. */
export function edgesOn(path: Path): Set<string> {
  return new Set(path.stages.flatMap(({ before, event }) => edgesTaken(before, event)));
}

/** The positions of its plan through which a path leads. */
export function positionsOn({ spec, start, stages }: Path): string[] {
  return [start, ...stages.map(({ after }) => after)].map((snapshot) => nameOf(spec, snapshot));
}

function nameOf({ title }: PlanSpec, snapshot: Snapshot): string {
  return `${title}: ${positionOf(snapshot)}`;
}

/** Of these paths, in this order, those that lead through something new. */
function choose(paths: Iterable<Path>, through: (path: Path) => Iterable<string>): Path[] {
  const seen = new Set<string>();
  const chosen: Path[] = [];
  for (const path of paths) {
    const before = seen.size;
    for (const found of through(path)) seen.add(found);
    if (seen.size > before) chosen.push(path);
  }
  return chosen;
}

/** Every position of every plan, and paths that together lead through them. */
export function pathsThroughPositions(): { paths: Path[]; positions: string[] } {
  const ways = specs.flatMap((spec) => waysOf(spec).map((way) => ({ spec, ...way })));
  // Long ones first: they pass through most of what the short ones would.
  const long = ways.toSorted((a, b) => b.moves.length - a.moves.length);
  const paths = long.flatMap((way) => rehearse(way.spec, way.moves) ?? []);
  return { paths: choose(paths, positionsOn), positions: ways.map(({ spec, state }) => nameOf(spec, state)) };
}

/** Paths that together take every transition of the chart that any path takes. Short ones, each of them needed. */
export function pathsOverEdges(): Path[] {
  const taken = new Set<string>();
  const candidates = specs.flatMap((spec) =>
    waysOf(spec).flatMap((way) =>
      possible(way.state).flatMap(({ move, ...event }) => {
        if (edgesTaken(way.state, event as MachineEvent).every((edge) => taken.has(edge))) return [];
        const path = rehearse(spec, [...way.moves, move]);
        if (path) for (const edge of edgesOn(path)) taken.add(edge);
        return path ?? [];
      }),
    ),
  );
  // Backwards: what a later path takes as well, an earlier one is not needed for.
  return choose(candidates.toReversed(), edgesOn);
}
