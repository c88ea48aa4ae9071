import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What one process takes on at a time. */
export interface PressureLimits {
  /** Commands under way, over all interviews. While commands take too long it is less. */
  commandsMax: number;
  /** Within this time a command should be answered. Units: ms. */
  answerMs: number;
  /** Above this delay of the event loop newcomers are turned away. Units: ms. */
  loopDelayMsMax: number;
}

/** How hard-pressed this process is. */
export interface Pressure {
  /** More is under way than half of what can be taken on: newcomers are turned away, so that those inside get on. */
  readonly isBusy: boolean;
  /**
   * Take a command on, unless too many are under way. Call what it returns when the command is answered. One that
   * `canWait` is not taken on while the process is busy.
   */
  take(canWait: boolean): (() => void) | null;
  /** Commands under way. */
  readonly commandCount: number;
}

/** So many are always taken on, however slow the store: below, waiting would come from other things. */
const COMMANDS_MIN = 64;
/** What is left of the limit after commands took too long, and by how much it grows with each that did not. */
const CUT = 0.7;
const GROWTH = 0.1;

/**
 * Create the gauge of a process. `now` is monotonic; `loopDelayMs` tells how late the event loop is.
 *
 * How many commands fit is not known beforehand, it depends on the disk: the limit goes down by a factor, once in
 * `answerMs`, when a command took longer, and up by a little with each that did not.
 *
 * Source: Chiu and Jain 1989, additive increase and multiplicative decrease, as in TCP.
 */
export function createPressure(deps: { limits: PressureLimits; now(): number; loopDelayMs(): number }): Pressure {
  const { now } = deps;
  const { commandsMax, answerMs, loopDelayMsMax } = deps.limits;
  const least = Math.min(COMMANDS_MIN, commandsMax);
  let limit = commandsMax;
  let cutAt = Number.NEGATIVE_INFINITY;
  let commandCount = 0;

  function learn(tookMs: number): void {
    if (tookMs <= answerMs) limit = Math.min(commandsMax, limit + GROWTH);
    else if (now() - cutAt >= answerMs) {
      limit = Math.max(least, Math.round(limit * CUT));
      cutAt = now();
    }
  }

  const isHalfFull = () => commandCount >= limit / 2;

  return {
    get isBusy() {
      return isHalfFull() || deps.loopDelayMs() > loopDelayMsMax;
    },
    take(canWait) {
      if (canWait ? isHalfFull() : commandCount >= Math.floor(limit)) return null;
      commandCount += 1;
      const takenAt = now();
      return () => {
        commandCount -= 1;
        learn(now() - takenAt);
      };
    },
    get commandCount() {
      return commandCount;
    },
  };
}

const SAMPLE_MS = 20;
/** The median is of this time, and of no fewer samples. */
const SPAN_MS = 1_000;
const SAMPLES_MIN = 5;

/**
 * Watch the event loop. Returns how to ask for its median delay of late, in ms.
 *
 * Why the median: a process that was frozen once, however long, is not overloaded when it goes on; one that is
 * overloaded is late every time.
 */
export function watchLoop(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  histogram.enable();
  let readAt = performance.now();
  let delayMs = 0;
  return () => {
    const at = performance.now();
    if (at - readAt >= SPAN_MS && histogram.count >= SAMPLES_MIN) {
      delayMs = Math.max(0, histogram.percentile(50) / 1e6 - SAMPLE_MS);
      histogram.reset();
      readAt = at;
    }
    return delayMs;
  };
}
