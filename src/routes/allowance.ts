import type { Clock } from '../clock.ts';

/** What may come in a minute. */
const SPAN_MS = 60_000;

/** Take a frame of so many bytes off what a sender has left of its minute; false = that was too much. */
export type Spend = (sender: string, byteCount: number) => boolean;

/**
 * Create the allowances of all senders. A sender's minute begins with its first frame.
 *
 * Why by hand: it is asked for each frame, and needs neither promises nor a timer for each sender.
 */
export function createAllowance(clock: Pick<Clock, 'now'>, limits: { framesMax: number; bytesMax: number }): Spend {
  const spentBySender = new Map<string, { frames: number; bytes: number; endsAt: number }>();
  let forgetAt = 0;

  function forgetOld(now: number): void {
    if (now < forgetAt) return;
    for (const [sender, { endsAt }] of spentBySender) if (endsAt <= now) spentBySender.delete(sender);
    forgetAt = now + SPAN_MS;
  }

  return (sender, byteCount) => {
    const now = clock.now();
    forgetOld(now);
    let spent = spentBySender.get(sender);
    if (!spent || spent.endsAt <= now) {
      spent = { frames: 0, bytes: 0, endsAt: now + SPAN_MS };
      spentBySender.set(sender, spent);
    }
    spent.frames += 1;
    spent.bytes += byteCount;
    return spent.frames <= limits.framesMax && spent.bytes <= limits.bytesMax;
  };
}
