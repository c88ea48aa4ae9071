import { type CommandType, commandRoles } from '../../src/protocol.ts';
import { walkRecords } from './chaos.ledger.ts';
import type { Garbage, Op } from './chaos.ops.ts';
import { MARK, plan } from './chaos.plan.ts';
import { type Tab, textOf } from './chaos.tab.ts';
import { type Guest, newAsk, type World } from './chaos.world.ts';

/** Below this share of its bytes a frame is cut off for certain. */
const WHOLE = 0.98;

function garbageOf(garbage: Garbage): string | Buffer {
  const id = '00000000-0000-4000-8000-000000000000';
  const forged = (type: string, more: object) => JSON.stringify({ id, type, ...more });
  switch (garbage) {
    case 'not json':
      return `{"type":"answer.submit","text":"${MARK}`;
    case 'array':
      return '[]';
    case 'forged done':
      return forged('xstate.done.actor.evaluate', {
        output: { ok: true, at: 0, evaluation: { score: 1, points: [] } },
      });
    case 'forged error':
      return forged('xstate.error.actor.prompt', { actorId: 'prompt', error: {} });
    case 'forged init':
      return forged('xstate.init', { input: {} });
    case 'unknown type':
      return forged('interview.rewind', {});
    case 'no id':
      return JSON.stringify({ type: 'interview.end' });
    case 'binary':
      return Buffer.from(JSON.stringify({ type: 'ping' }));
    case 'second hello':
      return JSON.stringify({ type: 'hello', ticket: 'x' });
    case 'too large':
      return JSON.stringify({ id, type: 'answer.submit', promptId: 'first', text: 'x'.repeat(70_000) });
  }
}

function promptIdOf(tab: Tab, which: Extract<Op, { do: 'say' }>['prompt']): string {
  const current = tab.promptIds.at(-1) ?? 'first';
  if (which === 'old') return tab.promptIds[0] ?? 'first';
  if (which === 'made up') return 'nowhere';
  if (which === 'current') return current;
  const index = plan.questions.findIndex(({ id }) => current.startsWith(id));
  return plan.questions[index + 1]?.id ?? 'third';
}

function contentOf(tab: Tab, type: CommandType, op: Extract<Op, { do: 'say' }>, now: number): Record<string, unknown> {
  const skewed = op.skewMs === 0 ? {} : { at: now + op.skewMs, askedAt: now + op.skewMs, deadlineAt: now + op.skewMs };
  switch (type) {
    case 'interview.start':
      return { type, consent: op.text % 6 > 0, ...skewed };
    case 'answer.submit':
    case 'answer.draft':
      return { type, promptId: promptIdOf(tab, op.prompt), text: op.text === 0 ? ' \n' : textOf(op.text), ...skewed };
    case 'prompt.skip':
      return { type, promptId: promptIdOf(tab, op.prompt), ...skewed };
    case 'deadline.extend':
      return { type, byMs: 1 + op.text * 1_000, ...skewed };
    default:
      return { type, ...skewed };
  }
}

/** Give operators something of their own to say. */
function typeFor(tab: Tab, op: Extract<Op, { do: 'say' }>): CommandType {
  if (tab.role !== 'operator') return op.type;
  return op.text % 10 === 0 ? 'interview.cancel' : op.text % 3 === 0 ? op.type : 'deadline.extend';
}

/** Do one thing to a world. */
export async function perform(world: World, op: Op): Promise<void> {
  const { clock } = world;
  const guestOf = (index: number) => world.guests[index % world.guests.length] as Guest;
  const tabOf = ({ interview, tab }: { interview: number; tab: number }) => {
    const guest = guestOf(interview);
    return { guest, tab: guest.tabs[tab] as Tab, held: guest.held[tab] as Guest['held'][number] };
  };
  const open = async (tab: Tab) => {
    if (tab.isOpen) return;
    await tab.connect(await world.ensureAlive());
    if (!op.isRushed) await world.settle();
  };
  switch (op.do) {
    case 'connect':
      return tabOf(op.who).tab.connect(await world.ensureAlive());
    case 'say': {
      const { guest, tab, held } = tabOf(op.who);
      await open(tab);
      const type = typeFor(tab, op);
      const isBarred = commandRoles[type] !== tab.role;
      const isCut = op.cut !== null && op.cut < WHOLE && !op.isHeld;
      const ask = newAsk(guest.heard, tab.role, isBarred || isCut);
      const content = contentOf(tab, type, op, clock.now());
      if (op.isHeld) held.push({ ask, content });
      else tab.send(ask, content, op.cut ?? undefined);
      return;
    }
    case 'flush': {
      const { tab, held } = tabOf(op.who);
      if (held.length === 0) return;
      await open(tab);
      const kept = held.splice(0);
      for (const { ask, content } of op.isReversed ? kept.reverse() : kept) tab.send(ask, content);
      return;
    }
    case 'again': {
      const { guest, tab } = tabOf(op.who);
      const asks = [...guest.heard.asks.values()].filter(({ role, attempts }) => role === tab.role && attempts > 0);
      const ask = asks[op.nth % Math.max(1, asks.length)];
      const first = ask?.contents[0];
      if (!ask || !first) return;
      await open(tab);
      const changed = 'text' in first ? { ...first, text: `${first.text} changed` } : { type: 'interview.resume' };
      // Cut off before, it may be whole now.
      if (!op.isChanged && commandRoles[first.type as CommandType] === tab.role) ask.isBarred = false;
      if (op.isChanged && ask.isBarred) return;
      tab.send(ask, op.isChanged ? changed : first);
      return;
    }
    case 'garble': {
      const { tab } = tabOf(op.who);
      await open(tab);
      return tab.garble(garbageOf(op.garbage));
    }
    case 'drop':
      return tabOf(op.who).tab.drop(op.how);
    case 'stall':
      return tabOf(op.who).tab.stall(true);
    case 'pass':
      return clock.advance(op.ms);
    case 'lag':
      return clock.jump(clock.now() + op.ms);
    case 'near': {
      const { heard, accommodations } = guestOf(op.interview);
      const records = (await world.store.journal.load(heard.id))?.records ?? [];
      const dueAt = walkRecords(records, accommodations, () => {}).at(-1)?.dueAt;
      const at = (dueAt ?? 0) + op.offsetMs;
      if (at < clock.now()) return;
      return op.isLag ? clock.jump(at) : clock.advance(at - clock.now());
    }
    case 'fault':
      return world.addFault(guestOf(op.interview), op.fault);
    case 'crash':
      world.node.die();
      return clock.jump(clock.now() + op.downMs);
    case 'drain':
      return world.drain();
    case 'usurp':
      return world.usurp();
  }
}
