import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// `npm run lock`: complete package-lock.json after a dependency has changed.
//
// npm leaves the binaries of other platforms out of the lock file when the registry at hand does not have them, and
// then `npm ci` refuses that file everywhere. An entry with name, version and platform is all that `npm ci` needs to
// pass over a binary for another platform, and to install it where it is the right one.

interface Entry {
  version: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const file = join(import.meta.dirname, '../package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> };
const systems: Record<string, string> = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  openharmony: 'openharmony',
  win32: 'win32',
};

function entryFor(name: string, version: string, parent: Entry): Entry | null {
  const parts = name.split('/').at(-1)?.split('-') ?? [];
  const os = parts.map((part) => systems[part]).find((system) => system !== undefined);
  const cpu = parts.find((part) => /^(arm64|arm|x64|ia32|ppc64|riscv64|s390x|loong64)$/.test(part));
  if (!os || !cpu) return null;
  const libc = parts.includes('musl') ? ['musl'] : parts.some((part) => /^gnu/.test(part)) ? ['glibc'] : null;
  return {
    version,
    cpu: [cpu],
    ...(parent.dev ? { dev: true } : {}),
    ...(libc && os === 'linux' ? { libc } : {}),
    optional: true,
    os: [os],
  };
}

let addedCount = 0;
for (const [path, parent] of Object.entries(lock.packages))
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const nested = `${path}/node_modules/${name}`;
    if (`node_modules/${name}` in lock.packages || nested in lock.packages || !/^\d/.test(version)) continue;
    const entry = entryFor(name, version, parent);
    if (!entry) continue;
    lock.packages[`node_modules/${name}`] = entry;
    addedCount += 1;
  }
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${addedCount} binaries of other platforms added to package-lock.json\n`);
