import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const SECRET_CHARS_MIN = 32;

/** Make the file whole or not at all, and never over another: two first starts, or one cut short, agree on one. */
function makeSecret(path: string): void {
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Read the secret of an earlier start, or make one. */
function keepSecret(path: string): string {
  if (!existsSync(path)) makeSecret(path);
  const secret = readFileSync(path, 'utf8').trim();
  if (secret.length < SECRET_CHARS_MIN)
    throw new Error(`${path} has ${secret.length} characters; a secret has at least ${SECRET_CHARS_MIN}`);
  return secret;
}

/**
 * The secrets to run with: the configured ones, or development ones that survive a restart beside the database.
 *
 * Errors: a sentence with the path when the development secret is too short to be one; those of the file system when it
 * can neither be read nor written.
 */
export function findSecrets(config: Config): Secrets {
  const warnings: string[] = [];
  let { secret, adminKey } = config;
  if (secret === undefined) {
    const path = config.store.kind === 'sqlite' ? join(dirname(config.store.path), 'development-secret') : null;
    secret = path === null ? randomBytes(32).toString('base64url') : keepSecret(path);
    warnings.push(`VIVA_SECRET is not set: links are signed with a development secret (${path ?? 'in memory only'}).`);
    if (config.store.kind === 'postgres' || config.store.kind === 'redis')
      warnings.push('Nodes that share a store need the same VIVA_SECRET: what one signs the others refuse.');
  }
  if (adminKey === undefined) {
    adminKey = createHmac('sha256', secret).update('viva admin key').digest('base64url').slice(0, 32);
    warnings.push('VIVA_ADMIN_KEY is not set: a development key was derived; it is in the console link.');
  }
  return { secret, adminKey, isDevelopment: warnings.length > 0, warnings };
}
