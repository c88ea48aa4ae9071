import { VivaError } from '../../errors.ts';
import type { Connection } from './connection.ts';

/** What an operator should know of a setting that is not as it should be. */
const wanted: { setting: string; isRight: (value: string) => boolean; because: string }[] = [
  {
    setting: 'appendonly',
    isRight: (value) => value === 'yes',
    because: 'when the server goes down, all since its last dump is lost; set it to yes',
  },
  {
    setting: 'appendfsync',
    isRight: (value) => value === 'always',
    because: 'what was acknowledged in the last moments may be lost when its machine goes down; set it to always',
  },
  {
    setting: 'maxmemory-policy',
    isRight: (value) => value === 'noeviction',
    because: 'a server whose memory is full may throw interviews away; set it to noeviction',
  },
];

/**
 * Words for the operator of a server whose settings keep less than they could. Reading settings may be forbidden, which
 * is said then.
 */
export async function readWarnings({ ask }: Connection, name: string): Promise<string[]> {
  const warnings = [
    `${name}: where a replica takes over, appends that were acknowledged may be lost and an epoch be given out again`,
  ];
  for (const { setting, isRight, because } of wanted) {
    const reply = (await ask('CONFIG', 'GET', setting).catch(() => [])) as string[];
    const value = reply[1];
    if (value === undefined) warnings.push(`${name}: whether ${setting} is right cannot be read: ${because}`);
    else if (!isRight(value)) warnings.push(`${name} has ${setting} ${value}: ${because}`);
  }
  return warnings;
}

/**
 * Make sure that one server holds everything: scripts move keys of interviews and indexes over all of them together.
 *
 * Errors: STORE_UNAVAILABLE for a node of a cluster.
 */
export async function assertAlone({ ask }: Connection, name: string): Promise<void> {
  const info = String(await ask('INFO', 'server').catch(() => ''));
  if (/^redis_mode:cluster/m.test(info))
    throw new VivaError('STORE_UNAVAILABLE', `${name} is a node of a cluster; one server with replicas is needed`);
}
