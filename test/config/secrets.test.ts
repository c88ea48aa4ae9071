import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
  expect(readdirSync(folder)).toEqual(['development-secret']);
});

test.each([
  ['empty', ''],
  ['blank', `${' '.repeat(40)}\n`],
  ['cut short', 'abc'],
])('a development secret that is %s is refused, named, and left as it is', (_name, text) => {
  const folder = makeFolder();
  const path = join(folder, 'development-secret');
  writeFileSync(path, text);
  const config = configOf({ VIVA_STORE: `sqlite:${join(folder, 'viva.sqlite')}` });
  expect(() => findSecrets(config)).toThrow(`${path} has ${text.trim().length} characters`);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('services that start for the first time at once agree on one secret', async () => {
  const folder = makeFolder();
  const script = `
    import { findSecrets } from ${JSON.stringify(join(import.meta.dirname, '../../src/secrets.ts'))};
    const store = { kind: 'sqlite', path: process.argv[1] };
    console.log(findSecrets({ store }).secret);`;
  const starts = Array.from({ length: 4 }, async () => {
    const options = ['--input-type=module', '-e', script, join(folder, 'viva.sqlite')];
    return (await promisify(execFile)(process.execPath, options)).stdout.trim();
  });
  const found = new Set(await Promise.all(starts));
  expect(found.size).toBe(1);
  expect([...found][0]).toMatch(/^[\w-]{43}$/);
  expect(readdirSync(folder)).toEqual(['development-secret']);
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
