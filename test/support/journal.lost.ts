import { parentPort, workerData } from 'node:worker_threads';

// A thread of the SQLite journal that comes to a bad end, at the start or when something is asked of it. How, the name of
// the file says.

const { path } = workerData as { path: string };

if (path.endsWith('no start')) throw new Error('no luck');
if (path.endsWith('no word')) process.exit(4);
parentPort?.postMessage({ file: path });
parentPort?.on('message', () => {
  if (path.endsWith('thrown')) throw new Error('no luck');
  process.exit(4);
});
