import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DispatchResult } from './actor.ts';
import type { ErrorCode } from './errors.ts';
import type { CommandType, Role } from './protocol.ts';

// What the service counts of itself, for Prometheus. Every label is from a fixed set: no id, no name and no word of
// anybody is in here, and what is kept does not grow with the interviews.

/** What became of an append to the journal. */
export type AppendOutcome = 'stored' | 'fenced' | 'duplicate' | 'failed';
/** What became of one call of an evaluator. */
export type EvaluationOutcome = 'judged' | 'retryable' | 'failed' | 'aborted' | 'defect';

/** What became of a hint: told to others, heard of others, lost on the way out, or none at all. */
export type HintOutcome = 'told' | 'heard' | 'lost' | 'unreadable';

/** Where the parts of the service tell what they did. Durations in seconds. None of these throws or waits. */
export interface Metrics {
  commandAnswered(type: CommandType, result: DispatchResult): void;
  refused(via: 'http' | 'socket', code: ErrorCode): void;
  /** `route` as it was registered; undefined = no address of ours. */
  requestAnswered(method: string, route: string | undefined, status: number, seconds: number): void;
  appended(outcome: AppendOutcome, seconds: number): void;
  evaluated(evaluator: string, outcome: EvaluationOutcome, seconds: number): void;
  /** An interview came into memory; `lateSeconds` after it was due, if that is why. */
  restored(lateSeconds: number | null): void;
  hibernated(): void;
  /** Hints to other nodes and from them; `count` interviews. */
  hinted(outcome: HintOutcome, count: number): void;
  /** This node has heard on the bus what it said there. */
  echoed(seconds: number): void;
  /** Whether hints arrive, asked when somebody reads the metrics. Not called = this node has none. */
  watchHints(isLive: () => boolean): void;
  /** How many interviews are in memory, asked when somebody reads the metrics. */
  watchInterviews(count: () => number): void;
  /** How many commands are under way, asked when somebody reads the metrics. */
  watchCommands(count: () => number): void;
  /** How many interviews nobody looks after although they are overdue, asked when somebody reads the metrics. */
  watchOverdue(count: () => Promise<number>): void;
  /** The roles of the open sockets, null before hello; asked when somebody reads the metrics. */
  watchSockets(roles: () => Iterable<Role | null>): void;
  /** In the text format of Prometheus. */
  read(): Promise<{ type: string; text: string }>;
}

const socketRoles = ['candidate', 'reviewer', 'operator', 'none'] as const;

/** Create metrics at zero. `isProcessMeasured`: memory, CPU, collections and the event loop of the process, too. */
export function createMetrics({ isProcessMeasured = false } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (isProcessMeasured) collectDefaultMetrics({ register: registry });
  let countInterviews = () => 0;
  let countOverdue = async () => 0;
  let countCommands = () => 0;
  let areHintsLive: (() => boolean) | null = null;
  let listRoles = (): Iterable<Role | null> => [];

  new Gauge({
    name: 'viva_interviews_live',
    help: 'Interviews in memory.',
    registers,
    collect() {
      this.set(countInterviews());
    },
  });
  new Gauge({
    name: 'viva_commands_under_way',
    help: 'Commands that are taken on and not answered yet.',
    registers,
    collect() {
      this.set(countCommands());
    },
  });
  const overdue = new Gauge({
    name: 'viva_interviews_overdue',
    help: 'Interviews whose deadline passed more than a minute ago and which nobody holds; counted up to 1000.',
    registers,
    async collect() {
      // A store that cannot be reached takes nothing else from who reads.
      const count = await countOverdue().catch(() => null);
      if (count === null) overdue.remove();
      else overdue.set(count);
    },
  });
  new Gauge({
    name: 'viva_sockets_open',
    help: 'Open sockets by role; none = before hello.',
    labelNames: ['role'],
    registers,
    collect() {
      for (const role of socketRoles) this.set({ role }, 0);
      for (const role of listRoles()) this.inc({ role: role ?? 'none' });
    },
  });
  const commands = new Counter({
    name: 'viva_commands_total',
    help: 'Commands by type and outcome: accepted, duplicate, or the code of the refusal.',
    labelNames: ['command', 'outcome'],
    registers,
  });
  const refusals = new Counter({
    name: 'viva_refusals_total',
    help: 'Requests, commands and connections that were refused, by code.',
    labelNames: ['via', 'code'],
    registers,
  });
  const requests = new Histogram({
    name: 'viva_http_request_seconds',
    help: 'HTTP requests until they were answered.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers,
  });
  const appends = new Histogram({
    name: 'viva_commit_seconds',
    help: 'Appends to the journal until they were committed or refused.',
    labelNames: ['outcome'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5],
    registers,
  });
  const evaluations = new Histogram({
    name: 'viva_evaluation_seconds',
    help: 'Evaluations until their result, by evaluator and outcome.',
    labelNames: ['evaluator', 'outcome'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 30],
    registers,
  });
  const restores = new Counter({
    name: 'viva_restores_total',
    help: 'Interviews that came into memory, because somebody asked for them or because they were overdue.',
    labelNames: ['cause'],
    registers,
  });
  const lateness = new Histogram({
    name: 'viva_overdue_seconds',
    help: 'How long after its deadline an interview that was not in memory was looked after.',
    buckets: [1, 5, 10, 30, 60, 300, 3_600],
    registers,
  });
  const hibernations = new Counter({
    name: 'viva_hibernations_total',
    help: 'Interviews that left memory.',
    registers,
  });
  const hints = new Counter({
    name: 'viva_hints_total',
    help: 'Interviews of which other nodes were told or told this one, hints that were lost, and texts that are none.',
    labelNames: ['outcome'],
    registers,
  });
  const echoes = new Histogram({
    name: 'viva_hint_echo_seconds',
    help: 'From saying something where nodes hear each other until this node heard it itself.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5],
    registers,
  });
  const hintsLive = new Gauge({
    name: 'viva_hints_live',
    help: '1 while this node hears itself where nodes hear each other, 0 while it looks every second instead.',
    registers,
    collect() {
      if (areHintsLive === null) this.remove();
      else this.set(areHintsLive() ? 1 : 0);
    },
  });
  hintsLive.remove();

  return {
    commandAnswered(type, result) {
      const outcome = result.ok ? (result.duplicate ? 'duplicate' : 'accepted') : result.problem.code;
      commands.inc({ command: type, outcome });
    },
    refused: (via, code) => refusals.inc({ via, code }),
    requestAnswered(method, route, status, seconds) {
      // Where nothing is, a method may be anything.
      const labels = route === undefined ? { method: 'any', route: 'none' } : { method, route };
      requests.observe({ ...labels, status }, seconds);
    },
    appended: (outcome, seconds) => appends.observe({ outcome }, seconds),
    evaluated: (evaluator, outcome, seconds) => evaluations.observe({ evaluator, outcome }, seconds),
    restored(lateSeconds) {
      restores.inc({ cause: lateSeconds === null ? 'asked' : 'overdue' });
      if (lateSeconds !== null) lateness.observe(lateSeconds);
    },
    hibernated: () => hibernations.inc(),
    hinted: (outcome, count) => hints.inc({ outcome }, count),
    echoed: (seconds) => echoes.observe(seconds),
    watchHints(isLive) {
      areHintsLive = isLive;
    },
    watchInterviews(count) {
      countInterviews = count;
    },
    watchCommands(count) {
      countCommands = count;
    },
    watchOverdue(count) {
      countOverdue = count;
    },
    watchSockets(roles) {
      listRoles = roles;
    },
    async read() {
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}
