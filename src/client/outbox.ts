import { toProblem } from '../errors.ts';
import type { Command } from '../protocol.ts';
import { limits } from '../wire.ts';
import { ClientError, reject } from './problem.ts';

/** The service has committed the command; `duplicate` = it already had. */
export interface Receipt {
  seq: number;
  duplicate: boolean;
}

/** Where commands outlive a page: `localStorage` and `sessionStorage` fit. */
export type Keep = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

interface Waiter {
  resolve(receipt: Receipt): void;
  reject(error: ClientError): void;
}

interface Entry {
  command: Command;
  /** Whoever waits for it: several when it took the place of older drafts, nobody after a page refresh. */
  waiters: Waiter[];
}

/** Commands that wait for an answer, oldest first. */
export interface Outbox {
  add(command: Command): Promise<Receipt>;
  head(): Command | undefined;
  count(): number;
  accept(id: string, receipt: Receipt): void;
  refuse(id: string, error: ClientError): void;
  /** Take in what an earlier page, or another tab, left in the storage. */
  recall(): void;
  /** Drop the drafts: a newer tab has newer ones. */
  dropDrafts(error: ClientError): void;
  /** Drop everything, whoever left it: nothing of an erased interview may stay on the device. */
  forget(error: ClientError): void;
  /** Tell everybody who waits that no answer will come; the commands stay. */
  abandon(error: ClientError): void;
}

/** Commands that may wait at once. */
const OUTBOX_COUNT_MAX = 100;

/** Create the outbox of one interview, with a copy in the storage under `viva.outbox.<interview id>`. */
export function createOutbox(interviewId: string, keep: Keep | undefined): Outbox {
  const key = `viva.outbox.${interviewId}`;
  let entries: Entry[] = [];

  function read(): Command[] {
    try {
      const found: unknown = JSON.parse(keep?.getItem(key) ?? '[]');
      return Array.isArray(found) ? found.filter(isCommand) : [];
    } catch {
      return [];
    }
  }

  /** Change the copy rather than overwrite it: another tab may keep commands there too. */
  function store(change: (stored: Command[]) => Command[]): void {
    if (!keep) return;
    try {
      const commands = change(read());
      if (commands.length === 0) keep.removeItem(key);
      else keep.setItem(key, JSON.stringify(commands));
    } catch {
      // Full or forbidden storage: commands still live as long as the page does.
    }
  }

  function take(isTaken: (command: Command) => boolean): Waiter[] {
    const taken = entries.filter((entry) => isTaken(entry.command));
    if (taken.length > 0) {
      entries = entries.filter((entry) => !taken.includes(entry));
      const ids = new Set(taken.map((entry) => entry.command.id));
      store((stored) => stored.filter((command) => !ids.has(command.id)));
    }
    return taken.flatMap((entry) => entry.waiters);
  }

  function check(command: Command, isReplaced: (other: Command) => boolean): ClientError | undefined {
    const sizeBytes = new TextEncoder().encode(JSON.stringify(command)).length;
    if (sizeBytes > limits.frameBytesMax) {
      const detail = `the command has ${sizeBytes} bytes; at most ${limits.frameBytesMax} are accepted`;
      return new ClientError(toProblem('FRAME_TOO_LARGE', detail));
    }
    const staying = entries.filter((entry) => !isReplaced(entry.command));
    if (staying.length >= OUTBOX_COUNT_MAX) {
      const detail = `${OUTBOX_COUNT_MAX} commands wait for an answer already; no more are kept`;
      return new ClientError(toProblem('MAILBOX_FULL', detail));
    }
    return undefined;
  }

  return {
    add(command) {
      const isReplaced = (other: Command) => replacesDraft(command, other);
      const error = check(command, isReplaced);
      if (error) return reject(error);
      const { promise, ...waiter } = Promise.withResolvers<Receipt>();
      // Whoever sends and looks away (autosaved drafts do) must not end as an unhandled rejection.
      promise.catch(() => {});
      const waiters = [...take(isReplaced), waiter];
      entries.push({ command, waiters });
      store((stored) => [...stored, command]);
      return promise;
    },
    head: () => entries[0]?.command,
    count: () => entries.length,
    accept(id, receipt) {
      for (const waiter of take((command) => command.id === id)) waiter.resolve(receipt);
    },
    refuse(id, error) {
      for (const waiter of take((command) => command.id === id)) waiter.reject(error);
    },
    recall() {
      const ids = new Set(entries.map((entry) => entry.command.id));
      const left = read().filter((command) => !ids.has(command.id));
      entries = [...left.map((command) => ({ command, waiters: [] })), ...entries];
    },
    dropDrafts(error) {
      for (const waiter of take((command) => command.type === 'answer.draft')) waiter.reject(error);
    },
    forget(error) {
      for (const waiter of take(() => true)) waiter.reject(error);
      store(() => []);
    },
    abandon(error) {
      const waiters = entries.flatMap((entry) => entry.waiters.splice(0));
      for (const waiter of waiters) waiter.reject(error);
    },
  };
}

function isCommand(value: unknown): value is Command {
  const command = value as Partial<Command> | null;
  return typeof command?.id === 'string' && typeof command.type === 'string';
}

/** A newer draft, or the answer itself, makes a draft for the same prompt superfluous. */
function replacesDraft(command: Command, other: Command): boolean {
  const isWords = command.type === 'answer.draft' || command.type === 'answer.submit';
  return isWords && other.type === 'answer.draft' && command.promptId === other.promptId;
}
