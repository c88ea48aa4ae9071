import { z } from 'zod';
import type { Actor, DispatchResult, Undated } from './actor.ts';
import { reviewSchema } from './annotations.ts';
import { digestOf } from './commands.ts';
import { type Command, commandRoles, commandSchema, problemSchema, type Role } from './protocol.ts';
import type { StoredEvaluation } from './working.ts';

/** What somebody who is not the candidate wants done in an interview, wherever it runs. */
export type Order =
  | { by: Exclude<Role, 'candidate'>; command: Command }
  | { by: Exclude<Role, 'candidate'>; id: string; annotation: Undated };

const by = z.enum(['reviewer', 'operator']);

/** As an evaluator of another node has made it, and as that node would have stored it. */
const evaluation = z.custom<StoredEvaluation>((value) => typeof value === 'object' && value !== null);

/** An order as another node sends it. What is added since this build is not known here. */
export const orderSchema: z.ZodType<Order> = z.union([
  z
    .strictObject({ by, command: commandSchema })
    .refine((order) => commandRoles[order.command.type] === order.by, { message: 'not for this role' }),
  z.strictObject({
    by,
    id: z.guid(),
    annotation: z.union([
      // In the order of the keys in which it came: the digest of the order is made of its text.
      z.unknown().transform((value, context): Undated => {
        const { type, ...review } = Object(value) as Record<string, unknown>;
        const read = reviewSchema.safeParse(review);
        if (type === 'review.added' && read.success) return { type, ...read.data };
        context.addIssue('no review');
        return z.NEVER;
      }),
      z.strictObject({
        type: z.literal('evaluation.added'),
        questionId: z.string().max(64),
        promptId: z.string().max(200),
        output: z.strictObject({ ok: z.literal(true), at: z.number().int(), evaluation }),
      }),
    ]),
  }),
]);

export const resultSchema = z.union([
  z.strictObject({ ok: z.literal(true), seq: z.number().int(), duplicate: z.boolean() }),
  z.strictObject({ ok: z.literal(false), problem: problemSchema }),
]) as z.ZodType<DispatchResult>;

/** Give an order to the interview here. */
export function perform(actor: Pick<Actor, 'dispatch' | 'annotate'>, order: Order): Promise<DispatchResult> {
  if ('command' in order) return actor.dispatch(order.command, order.by);
  return actor.annotate(order.id, order.annotation, order.by);
}

/** What the record of an order is known by. */
export function markOf(order: Order): { id: string; digest: string } {
  const asked = 'command' in order ? order.command : { ...order.annotation, id: order.id };
  return { id: asked.id, digest: digestOf(asked) };
}
