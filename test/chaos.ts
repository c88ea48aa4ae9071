import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

// `npm run chaos -- --minutes N [--interviews N] [--store postgres|redis]`: the storm over several nodes (rule N8), for
// as long as wanted. The seed is printed; VIVA_SEED repeats it.

const files: Readonly<Record<string, string>> = {
  postgres: 'test/nodes/chaos.test.ts',
  redis: 'test/nodes/chaos.redis.test.ts',
};

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    interviews: { type: 'string', default: '200' },
    store: { type: 'string', default: 'postgres' },
  },
});
for (const [name, value] of [
  ['minutes', values.minutes],
  ['interviews', values.interviews],
])
  if (!/^\d+(\.\d+)?$/.test(value ?? '')) throw new Error(`--${name} takes a number, not ${value}`);
const env = {
  ...process.env,
  VIVA_TEST_ALL: '1',
  VIVA_CHAOS_MINUTES: values.minutes,
  VIVA_CHAOS_INTERVIEWS: values.interviews,
};
const file = files[values.store];
if (file === undefined) throw new Error(`--store takes ${Object.keys(files).join(' or ')}, not ${values.store}`);
const { status } = spawnSync('vitest', ['run', file], { stdio: 'inherit', env });
process.exitCode = status ?? 1;
