import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readConfig, variables } from '../../src/config.ts';

const SECRET = 'a-secret-that-nobody-must-ever-see-in-an-error';

function problemsOf(env: Record<string, string>): string[] {
  const read = readConfig(env);
  return read.ok ? [] : read.problems;
}

describe('readConfig', () => {
  test('an empty environment gives the defaults, frozen', () => {
    const read = readConfig({});
    if (!read.ok) throw new Error(read.problems.join());
    expect(read.config).toEqual({
      host: '127.0.0.1',
      port: 3000,
      store: { kind: 'sqlite', path: 'data/viva.sqlite' },
      origins: [],
      trustedProxies: [],
      logLevel: 'info',
      answerCharsMax: 20_000,
      mailboxMax: 256,
      commandsMax: 2_000,
      liveMax: 10_000,
      storeConnectionsMax: 10,
      hibernateAfterMs: 300_000,
      interviewSocketsMax: 20,
      addressSocketsMax: 200,
      addressRequestsPerMinuteMax: 600,
      addressReadsPerMinuteMax: 120,
      socketFramesPerMinuteMax: 600,
      socketBytesPerMinuteMax: 1_048_576,
      graceMs: 10_000,
    });
    expect(Object.isFrozen(read.config)).toBe(true);
  });

  test('an empty value counts as not set', () => {
    expect(readConfig({ PORT: '', VIVA_SECRET: '', VIVA_ORIGINS: '' })).toEqual(readConfig({}));
  });

  test('right values are read', () => {
    const read = readConfig({
      HOST: '::1',
      PORT: '0',
      VIVA_STORE: 'sqlite:/var/lib/viva/viva.sqlite',
      VIVA_HINTS: 'redis://10.0.0.7:6379/1',
      VIVA_SECRET: SECRET,
      VIVA_ADMIN_KEY: 'sixteen-or-more-characters',
      VIVA_PUBLIC_URL: 'https://viva.example.com/',
      VIVA_ORIGINS: 'https://a.example.com, http://localhost:5173',
      VIVA_TRUSTED_PROXIES: '10.0.0.0/8,::1',
      LOG_LEVEL: 'silent',
    });
    expect(read).toMatchObject({
      ok: true,
      config: {
        host: '::1',
        port: 0,
        store: { kind: 'sqlite', path: '/var/lib/viva/viva.sqlite' },
        hintsUrl: 'redis://10.0.0.7:6379/1',
        secret: SECRET,
        adminKey: 'sixteen-or-more-characters',
        publicUrl: 'https://viva.example.com',
        origins: ['https://a.example.com', 'http://localhost:5173'],
        trustedProxies: ['10.0.0.0/8', '::1'],
        logLevel: 'silent',
      },
    });
  });

  test.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3e3'],
    ['HOST', 'not a host'],
    ['VIVA_STORE', 'mysql://x'],
    ['VIVA_HINTS', 'memory'],
    ['VIVA_HINTS', 'sqlite:x'],
    ['VIVA_HINTS', '10.0.0.7:6379'],
    ['VIVA_STORE', 'sqlite:'],
    ['VIVA_STORE', 'postgres:viva'],
    ['VIVA_STORE', 'redis:cache'],
    ['VIVA_STORE', 'redis://cache/viva'],
    ['VIVA_LLM_URL', 'ollama'],
    ['VIVA_LLM_URL', 'https:llm.example.com/v1'],
    ['VIVA_LLM_MODEL', 'a model'],
    ['VIVA_LLM_PRICES', '3'],
    ['VIVA_LLM_CALLS_MAX', '0'],
    ['VIVA_EVALUATOR', 'oracle'],
    ['VIVA_ORIGINS', 'https://a.example.com,*'],
    ['VIVA_ORIGINS', 'https://a.example.com/path'],
    ['VIVA_PUBLIC_URL', 'viva.example.com'],
    ['VIVA_TRUSTED_PROXIES', 'everyone'],
    ['LOG_LEVEL', 'loud'],
    ['VIVA_MAILBOX_MAX', '0'],
  ] as const)('%s=%s is refused with name, value and what is accepted', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${name}=${JSON.stringify(value)}`);
    expect(problems[0]).toContain(`accepted: ${variables[name].accepted}`);
  });

  test('a model that is to judge has to be named, and its key is never shown', () => {
    expect(problemsOf({ VIVA_EVALUATOR: 'llm' }).map((problem) => problem.split(' ')[0])).toEqual([
      'VIVA_LLM_URL',
      'VIVA_LLM_MODEL',
    ]);
    expect(problemsOf({ VIVA_LLM_URL: 'openai' })).toEqual([expect.stringContaining('VIVA_LLM_MODEL is not set')]);
    expect(problemsOf({ VIVA_EVALUATOR: 'rubric', VIVA_LLM_URL: 'openai' })).toEqual([]);
    expect(problemsOf({ VIVA_LLM_KEY: 'with a space' })[0]).not.toContain('with a space');
  });

  test.each([
    'https://llm.example.com/v1?api-key=hunter2',
    'https://llm.example.com/v1?',
    'https://llm.example.com/v1#hunter2',
    'https://:hunter2@llm.example.com/v1',
    'https:/viva:hunter2@llm.example.com/v1',
    'https:viva:hunter2@llm.example.com/v1',
  ])('an address of a model with more than a place is refused, and what it holds is never shown: %s', (text) => {
    const problems = problemsOf({ VIVA_LLM_URL: text, VIVA_LLM_MODEL: 'm' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('VIVA_LLM_URL="https:');
    expect(problems[0]).not.toContain('hunter2');
  });

  test('three variables are enough for a model, and a fourth tells what it costs', () => {
    const env = { VIVA_LLM_URL: 'https://llm.example.com/v1', VIVA_LLM_MODEL: 'm-1', VIVA_LLM_KEY: 'k' };
    const read = readConfig({ ...env, VIVA_LLM_PRICES: '2.5/10' });
    expect(read).toMatchObject({
      ok: true,
      config: {
        llm: {
          url: 'https://llm.example.com/v1',
          model: 'm-1',
          key: 'k',
          prices: { input: 2.5, output: 10 },
          timeoutMs: 15_000,
          callsMax: 8,
          interviewTokensMax: 500_000,
        },
      },
    });
    expect(readConfig({ ...env, VIVA_EVALUATOR: 'rubric' })).not.toHaveProperty('config.llm');
  });

  test.each(['VIVA_SECRET', 'VIVA_ADMIN_KEY'] as const)('a bad %s is named but never shown', (name) => {
    const [problem] = problemsOf({ [name]: 'too short!' });
    expect(problem).toContain(`${name} (a secret of 10 characters)`);
    expect(problem).toContain(variables[name].accepted);
    expect(problem).not.toContain('too short!');
  });

  test('an address of PostgreSQL is taken as it stands, and its password is never shown', () => {
    const url = 'postgresql://viva:secret@db.example.com:6432/viva?sslmode=verify-full';
    expect(readConfig({ VIVA_STORE: url })).toMatchObject({ ok: true, config: { store: { kind: 'postgres', url } } });
    const [problem] = problemsOf({ VIVA_STORE: 'postgre://viva:sec/r@t@db/viva' });
    expect(problem).toContain('VIVA_STORE="postgre://***@db/viva"');
  });

  test.each(['redis://cache', 'rediss://viva:secret@cache.example.com:6380/2?prefix=interviews'])(
    'an address of Redis is taken as it stands: %s',
    (url) => {
      expect(readConfig({ VIVA_STORE: url })).toMatchObject({ ok: true, config: { store: { kind: 'redis', url } } });
    },
  );

  test('all problems are told at once', () => {
    expect(problemsOf({ PORT: 'x', LOG_LEVEL: 'x', VIVA_STORE: 'x' })).toHaveLength(3);
  });
});

describe('.env.example', () => {
  const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
  const defaults = Object.fromEntries(
    [...text.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );

  test('lists every variable with its default, and no other', () => {
    const expected = Object.entries(variables).map(([name, variable]) => [name, variable.default]);
    expect(defaults).toEqual(Object.fromEntries(expected));
  });

  test('says of every variable what it is and what is accepted', () => {
    for (const [name, { description, accepted }] of Object.entries(variables))
      expect(text).toContain(`# ${description}\n# Accepted: ${accepted}.\n#${name}=`);
  });

  test('used as it is, with every line switched on, changes nothing', () => {
    expect(readConfig(defaults as Record<string, string>)).toEqual(readConfig({}));
  });
});
