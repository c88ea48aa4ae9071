import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FlowLayout } from './shape.ts';

async function workOut(): Promise<FlowLayout> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url));
  // Nobody waits for a picture when the service ends.
  worker.unref();
  const [layout] = (await once(worker, 'message')) as [FlowLayout];
  return layout;
}

/** Create what reads the layout of the machine that runs: worked out once, when it is first asked for. */
export function createLayoutReader(): () => Promise<FlowLayout> {
  let layout: Promise<FlowLayout> | undefined;
  return () => {
    layout ??= workOut().catch((error: unknown) => {
      layout = undefined;
      throw error;
    });
    return layout;
  };
}
