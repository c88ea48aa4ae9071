import { isMainThread, parentPort, threadName } from 'node:worker_threads';

// Loaded before the service (`node --import`), in each of its threads: that of the journal ends by itself when it is to
// store what it is told to stumble over.

const trap = process.env.VIVA_TEST_TRAP;

if (!isMainThread && threadName === 'viva-journal')
  parentPort?.on('message', (asked) => {
    if (trap !== undefined && JSON.stringify(asked).includes(trap)) process.exit(3);
  });
