import { createPressure, type Pressure, type PressureLimits } from '../../src/pressure.ts';

/** A gauge that never finds anything too much, but for the limits that are given. */
export function untiring(limits: Partial<PressureLimits> = {}): Pressure {
  const endless = Number.POSITIVE_INFINITY;
  return createPressure({
    limits: { commandsMax: endless, answerMs: endless, loopDelayMsMax: endless, ...limits },
    now: () => 0,
    loopDelayMs: () => 0,
  });
}
