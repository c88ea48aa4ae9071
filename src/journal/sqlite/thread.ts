import { once } from 'node:events';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { VivaError } from '../../errors.ts';
import { createGroup } from '../group.ts';
import type { Journal } from '../journal.ts';
import { BUSY_MS, type SqliteOptions } from '../sqlite.ts';
import type { Call } from './engine.ts';
import { createFace, limits, type Reach } from './face.ts';
import { type Answered, type Asked, fromFailure, type Opened, type Start } from './messages.ts';

export interface ThreadOptions extends Omit<SqliteOptions, 'isReadOnly'> {
  /** The thread has ended though nobody closed the journal: from now on every call rejects. */
  onLost?: (error: VivaError) => void;
  /** What the thread runs. */
  entry?: URL;
}

interface Thread {
  /** Errors: STORE_UNAVAILABLE when the thread ends without an answer. */
  send(calls: readonly Call[]): Promise<PromiseSettledResult<unknown>[]>;
  /** Resolves when the file is closed. */
  end(): Promise<void>;
}

function watch(worker: Worker, file: string, onLost: (error: VivaError) => void): Thread {
  let lost: VivaError | null = null;
  let isEnding = false;
  let waiting: PromiseWithResolvers<Answered> | null = null;

  function lose(cause: unknown): void {
    if (lost) return;
    // Not its message: nobody knows what an error that nobody expected quotes.
    const { code, name } = (cause ?? {}) as { code?: string; name?: string };
    const reason = code ?? name;
    const text = `the thread that has ${file} open has ended${reason === undefined ? '' : ` by ${reason}`}; restart`;
    lost = new VivaError('STORE_UNAVAILABLE', text);
    waiting?.reject(lost);
    if (!isEnding) onLost(lost);
  }

  // A journal that is open keeps no process alive, only what is asked of it.
  worker.unref();
  worker.on('message', (answered: Answered) => waiting?.resolve(answered));
  // Without an answer that can be read nothing is known of what was asked.
  worker.on('messageerror', (error) => {
    lose(error);
    worker.terminate();
  });
  worker.on('error', lose);
  worker.on('exit', () => lose(null));

  return {
    async send(calls) {
      if (lost) throw lost;
      waiting = Promise.withResolvers();
      worker.ref();
      worker.postMessage(calls satisfies Asked);
      const { values, failures } = await waiting.promise;
      worker.unref();
      const results = values.map((value): PromiseSettledResult<unknown> => ({ status: 'fulfilled', value }));
      for (const [index, failure] of failures) results[index] = { status: 'rejected', reason: fromFailure(failure) };
      return results;
    },
    async end() {
      isEnding = true;
      if (lost) return;
      const exited = once(worker, 'exit');
      worker.ref();
      worker.postMessage(null satisfies Asked);
      await exited;
    },
  };
}

/** Wait until the thread has the file open. */
async function start(worker: Worker, file: string): Promise<void> {
  const opened = Promise.withResolvers<Opened>();
  const fail = (reason: string, cause?: unknown) =>
    opened.reject(
      new VivaError('STORE_UNAVAILABLE', `${file} cannot be used: its thread did not start: ${reason}`, {}, cause),
    );
  const onError = (error: Error) => fail(error.message, error);
  const onExit = (code: number) => fail(`it ended with ${code}`);
  worker.once('message', opened.resolve).once('error', onError).once('exit', onExit);
  const found = await opened.promise;
  worker.off('error', onError).off('exit', onExit);
  if ('failure' in found) throw fromFailure(found.failure);
}

/**
 * The journal in one SQLite file as `createSqliteJournal` has it, in a thread of its own: neither the work nor waiting
 * for the disk blocks the event loop. What is asked in one turn of the event loop, or while an answer is on its way,
 * goes over in one message and is written in one commit.
 *
 * Errors: STORE_UNAVAILABLE naming the path and what is needed, when the file cannot be opened or the thread not
 * started.
 */
export async function openSqliteJournal({
  path,
  now = Date.now,
  busyTimeoutMs = BUSY_MS,
  onLost = () => {},
  entry = new URL('./worker.ts', import.meta.url),
}: ThreadOptions): Promise<Journal> {
  const file = resolve(path);
  const worker = new Worker(entry, {
    name: 'viva-journal',
    workerData: { path: file, busyTimeoutMs } satisfies Start,
  });
  await start(worker, file);
  const thread = watch(worker, file, onLost);
  const group = createGroup<Call, unknown>({ commit: (calls) => thread.send(calls), ...limits });
  const reach = {
    file,
    write: (name: Call[0], values: unknown[], chars: number | null) => {
      const call = [name, ...values] as Call;
      return chars === null ? group.push(call) : group.add(call, chars);
    },
    ask: (...call: Call) => group.add(call, 0),
    close: () => group.drain().then(thread.end),
  };
  // As in `createSqliteJournal`.
  return createFace(reach as unknown as Reach, now);
}
