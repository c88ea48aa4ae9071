import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

// `npm run chaos -- --minutes N [--interviews N]`: the storm over several nodes (rule N8), for as long as wanted. The
// seed is printed; VIVA_SEED repeats it.

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, interviews: { type: 'string', default: '200' } },
});
const env = {
  ...process.env,
  VIVA_TEST_ALL: '1',
  VIVA_CHAOS_MINUTES: values.minutes,
  VIVA_CHAOS_INTERVIEWS: values.interviews,
};
const { status } = spawnSync('vitest', ['run', 'test/nodes/chaos.test.ts'], { stdio: 'inherit', env });
process.exitCode = status ?? 1;
