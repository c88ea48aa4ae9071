import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from './config.ts';

/** What signs and opens things, and what the operator must be told about where it came from. */
export interface Secrets {
  secret: string;
  adminKey: string;
  /** True when something was made up that production must set itself. */
  isDevelopment: boolean;
  warnings: string[];
}

/** Read the secret of an earlier start, or make one. Created with O_EXCL, so two first starts agree on one. */
function keepSecret(path: string): string {
  try {
    writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8').trim();
}

/**
 * The secrets to run with: the configured ones, or development ones that survive a restart beside the database.
 *
 * Errors: those of the file system when the development secret can neither be read nor written.
 */
export function findSecrets(config: Config): Secrets {
  const warnings: string[] = [];
  let { secret, adminKey } = config;
  if (secret === undefined) {
    const path = config.store.kind === 'sqlite' ? join(dirname(config.store.path), 'development-secret') : null;
    secret = path === null ? randomBytes(32).toString('base64url') : keepSecret(path);
    warnings.push(`VIVA_SECRET is not set: links are signed with a development secret (${path ?? 'in memory only'}).`);
  }
  if (adminKey === undefined) {
    adminKey = createHmac('sha256', secret).update('viva admin key').digest('base64url').slice(0, 32);
    warnings.push('VIVA_ADMIN_KEY is not set: a development key was derived; it is in the console link.');
  }
  return { secret, adminKey, isDevelopment: warnings.length > 0, warnings };
}
