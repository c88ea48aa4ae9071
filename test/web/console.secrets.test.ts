import { describe, expect, it } from 'vitest';
import { links } from '../../src/tokens.ts';
import { createSecrets, interviewIdOf, readSecret, type TabStore } from '../../web/console/secrets.ts';

function store(): TabStore & { size: number } {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => values.set(key, value),
    removeItem: (key) => values.delete(key),
    get size() {
      return values.size;
    },
  };
}

describe('the secret of a link', () => {
  it('is read from the links that the service makes', () => {
    expect(readSecret(new URL(links.console('http://viva.test', 'a key/with #signs')))).toEqual({
      adminKey: 'a key/with #signs',
    });
    expect(readSecret(new URL(links.reviewer('http://viva.test', 'id-1', 'aaa.bbb.ccc')))).toEqual({
      interviewId: 'id-1',
      token: 'aaa.bbb.ccc',
    });
  });

  it.each([
    ['nothing in the fragment', '/console', ''],
    ['an empty key', '/console', '#key='],
    ['a token without an interview', '/console', '#aaa.bbb.ccc'],
    ['an interview without a token', '/console/interviews/id-1', ''],
  ])('is missing with %s', (_case, pathname, hash) => {
    expect(readSecret({ pathname, hash })).toBeNull();
  });

  it('survives a fragment that is not valid percent-encoding', () => {
    expect(readSecret({ pathname: '/console', hash: '#key=100%' })).toEqual({ adminKey: '100%' });
  });

  it('names the interview of an address of the console only', () => {
    expect(interviewIdOf('/console/interviews/a%20b')).toBe('a b');
    expect(interviewIdOf('/interviews/a')).toBeNull();
    expect(interviewIdOf('/console/interviews/a/more')).toBeNull();
  });
});

describe.each([
  ['a store', store],
  ['no store', () => null],
])('secrets kept in %s', (_case, make) => {
  it('opens an interview with its own token, and with the admin key where there is one', () => {
    const secrets = createSecrets(make());
    secrets.keep({ interviewId: 'one', token: 'token-1' });
    expect(secrets.secretFor('one')).toBe('token-1');
    expect(secrets.secretFor('two')).toBeNull();
    secrets.keep({ adminKey: 'key' });
    expect(secrets.secretFor('one')).toBe('key');
    expect(secrets.secretFor('two')).toBe('key');
    expect(secrets.adminKey()).toBe('key');
  });

  it('forgets the secret that was refused and keeps the other', () => {
    const secrets = createSecrets(make());
    secrets.keep({ interviewId: 'one', token: 'token-1' });
    secrets.keep({ adminKey: 'key' });
    secrets.forget('one');
    expect(secrets.adminKey()).toBeNull();
    expect(secrets.secretFor('one')).toBe('token-1');
    secrets.forget('one');
    expect(secrets.secretFor('one')).toBeNull();
  });
});
