import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { runCli } from '../../src/cli/main.ts';
import { variables } from '../../src/config.ts';
import { readText, root } from '../support/pages.ts';

// What the pages name is there, and the repository stands on its own.

const pages = ['README.md', 'OPERATING.md', 'PROTOCOL.md', 'AGENTS.md', 'CHANGELOG.md'];

function named(page: string, pattern: RegExp): string[] {
  return [...new Set([...readText(page).matchAll(pattern)].map(([, name = '']) => name))];
}

test.each(pages)('%s names npm scripts that exist', (page) => {
  const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
  const known = ['ci', ...Object.keys(scripts)];
  const wanted = named(page, /(?:^|`|&& )npm (?:run )?([a-z][a-z\d:]*)/gm);
  expect(wanted.filter((name) => !known.includes(name))).toEqual([]);
});

test.each(pages)('%s names commands of viva that exist', async (page) => {
  let help = '';
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      help += chunk;
      done();
    },
  });
  await runCli({ argv: ['--help'], stdin: process.stdin, stdout, stderr: stdout });
  for (const name of named(page, /\bnpx viva ([a-z-]+)/g)) expect(help).toContain(`  viva ${name} `);
});

test.each(pages)('%s names files that exist', (page) => {
  // In back quotes: a path below a folder of ours, or a file of the root; `#name` and `*` may follow.
  const paths = named(page, /`((?:(?:\.ci|bin|examples|machines|src|test|web)\/|\.env\.|[A-Z]+\.md|plan\.)[\w./-]*)/g);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  if (page === 'AGENTS.md') expect(paths.length).toBeGreaterThan(10);
});

test.each(pages)('%s links to pages and headings that exist', (page) => {
  for (const link of named(page, /\]\(([^)\s]+)\)/g).filter((target) => !/^https?:/.test(target))) {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    expect(`${link} ${existsSync(join(root, target))}`).toBe(`${link} true`);
    if (anchor === undefined) continue;
    const headings = [...readText(target).matchAll(/^#+ (.+)$/gm)].map(([, words = '']) =>
      words
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(headings).toContain(anchor);
  }
});

test.each(pages)('%s names settings that exist', (page) => {
  const known = [...Object.keys(variables), 'VIVA_SEED', 'VIVA_CHROMIUM'];
  expect(named(page, /\b(VIVA_[A-Z_]+)\b/g).filter((name) => !known.includes(name))).toEqual([]);
});

test('no file refers to notes that are not in the repository', () => {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx', '*.js', '*.md', '*.yaml', '*.json', '.env.example'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== '' && file !== 'package-lock.json' && existsSync(join(root, file)))
    // Evaluators are measured on data that is read where it lies.
    .filter((file) => !file.startsWith('test/evaluators/') && file !== 'test/docs/repository.test.ts');
  expect(files.length).toBeGreaterThan(100);
  const foreign = /\bDESIGN(\.md)?\b|\bCONTRACT(\.md)?\b|\bSTYLE\.md\b|\bresearch\/|(?<!['"(/])\.\.\/shared\/|\/work\//;
  expect(files.filter((file) => foreign.test(readText(file)))).toEqual([]);
});
