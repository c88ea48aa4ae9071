import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { errorTable } from '../../src/errors.ts';
import type { AsyncApi } from '../../src/routes/asyncapi.ts';
import type { OpenApi } from '../../src/routes/openapi.ts';
import { build } from '../support/app.ts';

// Rule T26: the page for people.

async function readPage() {
  const { request } = await build();
  const page = await request('/docs');
  const openApi: OpenApi = (await request('/openapi.json')).body;
  const asyncApi: AsyncApi = (await request('/asyncapi.json')).body;
  return { page, openApi, asyncApi };
}

/** The names of all fields below a schema, however deep. */
function fieldsIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, ...rest } = schema as { properties?: Record<string, unknown> };
  const { examples: _examples, default: _default, ...schemas } = rest as { examples?: unknown; default?: unknown };
  return [...Object.keys(properties), ...[...Object.values(properties), ...Object.values(schemas)].flatMap(fieldsIn)];
}

test('[T26] every address, parameter, frame, field, schema and code is on the page', async () => {
  const { page, openApi, asyncApi } = await readPage();
  const ids = new Set([...page.text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  const shown = new Set([...page.text.matchAll(/<code>([^<]+)<\/code>/g)].map(([, text]) => text));
  const shownFields = new Set([...shown].map((text) => text?.replace('?', '').split('.').at(-1)?.replaceAll('[]', '')));
  for (const [path, item] of Object.entries(openApi.paths))
    for (const [method, { operationId, parameters = [] }] of Object.entries(item)) {
      expect(ids).toContain(operationId);
      expect(shown).toContain(`${method.toUpperCase()} ${path}`);
      for (const { name } of parameters) expect(shownFields).toContain(name);
    }
  for (const [name, { payload }] of Object.entries(asyncApi.components.messages)) {
    expect(ids).toContain(`frame-${name}`);
    for (const field of fieldsIn(payload)) expect(shownFields).toContain(field);
  }
  const schemas = { ...openApi.components.schemas, ...asyncApi.components.schemas };
  for (const [name, schema] of Object.entries(schemas)) {
    expect(ids).toContain(`schema-${name}`);
    for (const field of fieldsIn(schema)) expect(shownFields).toContain(field);
  }
  for (const code of Object.keys(errorTable)) expect(shown).toContain(code);
});

test('[T26] every link leads somewhere, and no place is there twice', async () => {
  const { page } = await readPage();
  const ids = [...page.text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids).toEqual([...new Set(ids)]);
  const links = [...page.text.matchAll(/ href="([^"]+)"/g)].map(([, link = '']) => link);
  const outward = links.filter((link) => !link.startsWith('#'));
  expect(new Set(outward)).toEqual(new Set(['/openapi.json', '/asyncapi.json', '/plan.schema.json']));
  const astray = links.filter((link) => link.startsWith('#') && !ids.includes(link.slice(1)));
  expect(astray).toEqual([]);
});

test('[T26] the page needs no script and nothing from elsewhere', async () => {
  const { page } = await readPage();
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const [, style = ''] = /<style>([^<]+)<\/style>/.exec(page.text) ?? [];
  expect(page.headers.get('content-security-policy')).toContain(
    `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}';`,
  );
  expect(page.text).not.toMatch(/<script| src=|@import|url\(| style=| on\w+=/);
});
