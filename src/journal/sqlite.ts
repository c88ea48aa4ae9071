import { createGroup } from './group.ts';
import type { Journal } from './journal.ts';
import { openEngine, type Write } from './sqlite/engine.ts';
import { createFace, limits, type Reach } from './sqlite/face.ts';

export interface SqliteOptions {
  path: string;
  /** The clock of the leases. */
  now?: () => number;
  /** How long a call waits when another process has the file locked. Units: ms. */
  busyTimeoutMs?: number;
  /** Read beside a running service (the CLI): writes nothing, takes no lease away, and every write rejects. */
  isReadOnly?: boolean;
}

/** How long a call waits for another process's lock, if nobody says. */
export const BUSY_MS = 2_000;

/**
 * The journal in one SQLite file, for one process: write-ahead log, synced at every commit, appends of one turn of
 * the event loop in one commit. What it does, and waiting for the disk, blocks the event loop.
 *
 * Errors: STORE_UNAVAILABLE naming the path and what is needed, when the file cannot be opened.
 */
export function createSqliteJournal({
  path,
  now = Date.now,
  busyTimeoutMs = BUSY_MS,
  isReadOnly = false,
}: SqliteOptions): Journal {
  const { file, commit, answer, close } = openEngine({ path, busyTimeoutMs, isReadOnly });
  const group = createGroup<Write, unknown>({ commit, ...limits });
  const reach = {
    file,
    write: (name: Write[0], values: unknown[], chars: number | null) => {
      const one = [name, ...values] as Write;
      return chars === null ? group.push(one) : group.add(one, chars);
    },
    ask: async (...call: Parameters<typeof answer>[0]) => answer(call),
    close: () => group.drain().then(close),
  };
  // A call and its result belong together by its name, which the types of `Reach` say and those of arrays do not.
  return createFace(reach as unknown as Reach, now);
}
