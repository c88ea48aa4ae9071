import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { findSecrets } from '../../src/secrets.ts';

function configOf(env: Record<string, string>) {
  const read = readConfig(env);
  if (!read.ok) throw new Error(read.problems.join());
  return read.config;
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'viva-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('the development secret is made once, private, beside the database', () => {
  const folder = makeFolder();
  const config = configOf({ VIVA_STORE: `sqlite:${join(folder, 'viva.sqlite')}` });
  const first = findSecrets(config);
  const path = join(folder, 'development-secret');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, 'utf8').trim()).toBe(first.secret);
  expect(first.secret.length).toBeGreaterThanOrEqual(32);
  expect(findSecrets(config)).toEqual(first);
});

test('development defaults are warned about, by name', () => {
  const { isDevelopment, warnings, adminKey } = findSecrets(configOf({ VIVA_STORE: 'memory' }));
  expect(isDevelopment).toBe(true);
  expect(warnings.join()).toContain('VIVA_SECRET');
  expect(warnings.join()).toContain('VIVA_ADMIN_KEY');
  expect(adminKey).toHaveLength(32);
});

test('two services in memory do not share a secret', () => {
  const config = configOf({ VIVA_STORE: 'memory' });
  expect(findSecrets(config).secret).not.toBe(findSecrets(config).secret);
});

test('with both set nothing is made up and nothing is warned about', () => {
  const folder = makeFolder();
  const secret = 's'.repeat(32);
  const env = { VIVA_STORE: `sqlite:${join(folder, 'db')}`, VIVA_SECRET: secret, VIVA_ADMIN_KEY: 'k'.repeat(16) };
  expect(findSecrets(configOf(env))).toEqual({ secret, adminKey: 'k'.repeat(16), isDevelopment: false, warnings: [] });
});

test('an admin key that is missing is derived from the secret, and is not the secret', () => {
  const secret = 's'.repeat(32);
  const config = configOf({ VIVA_STORE: 'memory', VIVA_SECRET: secret });
  const found = findSecrets(config);
  expect(found).toMatchObject({ secret, isDevelopment: true });
  expect(found.adminKey).toBe(findSecrets(config).adminKey);
  expect(found.adminKey).not.toContain('s'.repeat(16));
});
