import { parentPort, workerData } from 'node:worker_threads';
import { toStoreError } from '../database.ts';
import { type Call, type Engine, isWrite, openEngine, type Write } from './engine.ts';
import { type Answered, type Asked, type Opened, type Start, toFailure } from './messages.ts';

// The thread that has the SQLite file: it works and waits for the disk while the other one serves.

type Settled = PromiseSettledResult<unknown>;

function settle(work: () => unknown): Settled {
  try {
    return { status: 'fulfilled', value: work() };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

function commit(engine: Engine, writes: readonly Write[]): Settled[] {
  if (writes.length === 0) return [];
  try {
    return engine.commit(writes);
  } catch (reason) {
    return writes.map(() => ({ status: 'rejected', reason }));
  }
}

/** What is no part of the group first, as it would be done at once without a thread. */
function settleAll(engine: Engine, calls: readonly Call[]): Settled[] {
  const others = calls.map((call) => (isWrite(call) ? null : settle(() => engine.answer(call))));
  const written = commit(engine, calls.filter(isWrite)).values();
  return others.map((other) => other ?? (written.next().value as Settled));
}

function answerAll(engine: Engine, calls: readonly Call[]): Answered {
  const failures: Answered['failures'] = [];
  const values = settleAll(engine, calls).map((settled, index) => {
    if (settled.status === 'fulfilled') return settled.value;
    failures.push([index, toFailure(toStoreError(engine.file, settled.reason))]);
    return null;
  });
  return { values, failures };
}

const port = parentPort;
if (!port) throw new Error('this file is run as a thread');
const { path, busyTimeoutMs } = workerData as Start;
const opened = settle(() => openEngine({ path, busyTimeoutMs, isReadOnly: false }));
if (opened.status === 'rejected') {
  port.postMessage({ failure: toFailure(toStoreError(path, opened.reason)) } satisfies Opened);
} else {
  const engine = opened.value as Engine;
  port.on('message', (asked: Asked) => {
    if (asked) port.postMessage(answerAll(engine, asked));
    else {
      engine.close();
      port.close();
    }
  });
  port.postMessage({ file: engine.file } satisfies Opened);
}
