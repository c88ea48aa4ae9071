import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { DispatchResult, Log } from './actor.ts';
import type { Clock } from './clock.ts';
import type { ErrorCode } from './errors.ts';
import type { Hints } from './hints.ts';
import type { Journal } from './journal/journal.ts';
import { markOf, type Order, orderSchema, resultSchema } from './orders.ts';

/** A node that does not answer within this time is taken for dead. Units: ms. */
const ASK_MS = 1_500;
/** So far may the clocks of nodes be apart. Units: ms. */
const APART_MS = 60_000;
/** Asks that are remembered, so that nobody gives one twice. Above it none is taken. */
const REMEMBERED_MAX = 10_000;
/** Not done, or not for sure: whoever runs the interview next says. */
const UNDONE: readonly ErrorCode[] = ['STORE_UNAVAILABLE', 'RESTARTING', 'TRY_LATER'];

const name = z.string().max(400);
const letterSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ask'),
    number: z.guid(),
    from: name,
    to: name,
    /** Nobody waits for the answer any more. */
    until: z.number().int(),
    interviewId: z.string().max(100),
    order: orderSchema,
  }),
  z.strictObject({ kind: z.literal('answer'), number: z.guid(), to: name, result: resultSchema.nullable() }),
]);

type Letter = z.infer<typeof letterSchema>;
type Ask = Extract<Letter, { kind: 'ask' }>;

/** Asks the node that runs an interview to do something in it. */
export interface Asks {
  /** Null = it was not done there, or nobody can say: do it here, with the same id. Errors: STORE_UNAVAILABLE. */
  ask(interviewId: string, order: Order): Promise<DispatchResult | null>;
  /** A letter that another node with the same secret has written at some time. */
  hear(letter: unknown): void;
}

/**
 * Create the asks of a node. `serve` does what another node asks for; null = the interview does not run here.
 *
 * Whatever is lost on the way: an order is done once, for its record has the order's id.
 */
export function createAsks(deps: {
  hints: Pick<Hints, 'post'>;
  journal: Pick<Journal, 'load' | 'shared'>;
  clock: Clock;
  log: Log;
  owner: string;
  serve(interviewId: string, order: Order): Promise<DispatchResult | null>;
}): Asks {
  const { hints, journal, clock, log, owner } = deps;
  const waitingByNumber = new Map<string, (result: DispatchResult | null) => void>();
  const forgetAtByNumber = new Map<string, number>();

  /** Resolves with undefined when nobody has answered. */
  function send(to: string, interviewId: string, order: Order): Promise<DispatchResult | null | undefined> {
    const number = randomUUID();
    const until = clock.now() + ASK_MS;
    return new Promise<DispatchResult | null | undefined>((resolve) => {
      const callOff = clock.wake(until, () => resolve(undefined));
      waitingByNumber.set(number, (result) => {
        callOff();
        resolve(result);
      });
      const ask: Ask = { kind: 'ask', number, from: owner, to, until, interviewId, order };
      if (!hints.post(to, ask)) waitingByNumber.get(number)?.(null);
    }).finally(() => waitingByNumber.delete(number));
  }

  /** The answer may be lost where the record is not. */
  async function find(interviewId: string, order: Order, afterSeq: number): Promise<DispatchResult | null> {
    const { id, digest } = markOf(order);
    const records = (await journal.load(interviewId, afterSeq))?.records ?? [];
    const found = records.find(({ command }) => command?.id === id && command.digest === digest);
    return found ? { ok: true, seq: found.seq, duplicate: false } : null;
  }

  /** Whoever records what is on the bus must not be able to have it done again: a refusal leaves no record. */
  function isNew({ number, until }: Ask): boolean {
    const now = clock.now();
    for (const [old, forgetAt] of forgetAtByNumber) {
      if (forgetAt > now) break;
      forgetAtByNumber.delete(old);
    }
    const isTimely = until > now - APART_MS && until < now + ASK_MS + APART_MS;
    if (!isTimely || forgetAtByNumber.has(number) || forgetAtByNumber.size >= REMEMBERED_MAX) return false;
    // In the order in which they can be forgotten: all alike long after the last instant at which one is timely.
    forgetAtByNumber.set(number, now + ASK_MS + 2 * APART_MS);
    return true;
  }

  async function answer(ask: Ask): Promise<void> {
    const { number, from, interviewId, order } = ask;
    const result = await deps.serve(interviewId, order);
    hints.post(from, { kind: 'answer', number, to: from, result } satisfies Letter);
  }

  return {
    async ask(interviewId, order) {
      const [glance] = (await journal.shared?.glance([interviewId])) ?? [];
      if (!glance?.owner || glance.owner === owner || glance.isErased) return null;
      if (!orderSchema.safeParse(order).success) return null;
      const result = await send(glance.owner, interviewId, order);
      if (result === undefined) {
        log.warn({ interviewId }, 'the node that ran an interview does not answer; this one takes it over');
        return find(interviewId, order, glance.headSeq);
      }
      return result && !result.ok && UNDONE.includes(result.problem.code) ? null : result;
    },
    hear(content) {
      const letter = letterSchema.safeParse(content).data;
      if (letter?.to !== owner) return;
      if (letter.kind === 'answer') waitingByNumber.get(letter.number)?.(letter.result);
      else if (isNew(letter))
        answer(letter).catch((error: unknown) =>
          log.error({ err: error, interviewId: letter.interviewId }, 'what another node asked for failed'),
        );
    },
  };
}
