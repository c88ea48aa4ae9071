import type { Clock } from './clock.ts';
import { type Logics, startEffect } from './effects.ts';
import type { Effect, ResultEvent } from './reduce.ts';

/** The invoked actors of one interview that run now. */
export interface Running {
  start(effect: Effect): void;
  stop(ids: readonly string[]): void;
  stopAll(): void;
}

/** An effect that runs, or did. */
export interface Run {
  readonly id: string;
  /** Its state was left: a result that waited in the mailbox meanwhile is stale. */
  readonly isStopped: boolean;
}

/** Whose effects they are. */
export interface Runner {
  /** What evaluations are made of; asked for each, because an interview that waits for its candidate should weigh little. */
  makeLogics(): Logics;
  /** The result of an effect; with the error where it is defective. */
  onResult(event: ResultEvent, run: Run, error: unknown): void;
}

const nothing = () => {};

class StoppableRun implements Run {
  readonly id: string;
  isStopped = false;
  end = nothing;

  constructor(id: string) {
    this.id = id;
  }
}

class RunningEffects implements Running {
  readonly #clock: Clock;
  readonly #runner: Runner;
  #runs: readonly StoppableRun[] = [];

  constructor(clock: Clock, runner: Runner) {
    this.#clock = clock;
    this.#runner = runner;
  }

  start(effect: Effect): void {
    const runner = this.#runner;
    // Nothing will ever come of it.
    if (effect.src === 'deadline' && effect.input.at === null) return;
    const run = new StoppableRun(effect.id);
    run.end = startEffect(
      () => runner.makeLogics(),
      effect,
      this.#clock,
      (event, error) => runner.onResult(event, run, error),
    );
    this.#runs = [...this.#runs, run];
  }

  stop(ids: readonly string[]): void {
    this.#stopThose(({ id }) => ids.includes(id));
  }

  stopAll(): void {
    this.#stopThose(() => true);
  }

  #stopThose(isMeant: (run: Run) => boolean): void {
    const stopping = this.#runs.filter(isMeant);
    if (stopping.length === 0) return;
    this.#runs = this.#runs.filter((run) => !isMeant(run));
    for (const run of stopping) {
      run.isStopped = true;
      run.end();
    }
  }
}

/** Create the set of running effects. */
export function createRunning(clock: Clock, runner: Runner): Running {
  return new RunningEffects(clock, runner);
}
