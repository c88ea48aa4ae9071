import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Loaded before whatever is measured (`node --import`): tells over its channel what the process has used.

/** Since the reading before. Units: bytes, µs, ms. */
export interface Reading {
  heapBytes: number;
  residentBytes: number;
  cpuUs: number;
  lagP99Ms: number;
}

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let cpuBefore = process.cpuUsage();
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('message', (ask: { isCollecting: boolean }) => {
  if (ask.isCollecting) for (let round = 0; round < 3; round += 1) collect();
  const { user, system } = process.cpuUsage(cpuBefore);
  const { heapUsed, rss } = process.memoryUsage();
  const reading: Reading = {
    heapBytes: heapUsed,
    residentBytes: rss,
    cpuUs: user + system,
    // The monitor counts its own pace of 1 ms.
    lagP99Ms: Math.max(0, delay.percentile(99) / 1e6 - 1),
  };
  delay.reset();
  cpuBefore = process.cpuUsage();
  process.send?.(reading);
});
process.channel?.unref();
// Whoever measures is gone: nothing may keep this process, such as a log that nobody reads.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
