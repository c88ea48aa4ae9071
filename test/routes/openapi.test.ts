import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { type OpenApi, type Operation, toTemplate } from '../../src/routes/openapi.ts';
import { ADMIN_KEY, type Answer, build, command, plan, type TestApp, viewWhere } from '../support/app.ts';
import { toPointer, validatorOf } from '../support/described.ts';
import { readText, section, tableRows } from '../support/pages.ts';

// Rule T24: the description of the addresses.

/** The document, and what validates a value by a schema in it. */
async function readDocument({ request }: TestApp) {
  const document: OpenApi = (await request('/openapi.json')).body;
  return { document, problemsOf: validatorOf(document) };
}

function operationsOf({ paths }: OpenApi): [name: string, operation: Operation][] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
}

test('[T24] the OpenAPI document is valid', async () => {
  const { request } = await build();
  const { body, headers } = await request('/openapi.json');
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(await new Validator().validate(body)).toEqual({ valid: true });
  expect(body.openapi).toMatch(/^3\.1\./);
});

test('[T24] it describes every address of PROTOCOL.md with who may use it, and no other', async () => {
  const { document } = await readDocument(await build());
  const written = tableRows(section(readText('PROTOCOL.md'), '## HTTP')).map(([address = '', who = '']) => {
    const [method, url = ''] = address.split(' ');
    return [`${method} ${toTemplate(url)}`, who.replace(/^(anyone|ticket|local, )/, '')];
  });
  const described = operationsOf(document).map(([name, { security }]) => [
    name,
    security.flatMap((scheme) => Object.keys(scheme)).join(', '),
  ]);
  expect(new Map(described as [string, string][])).toEqual(new Map(written as [string, string][]));
  const ids = operationsOf(document).map(([, { operationId }]) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('[T24] every example is what its schema takes', async () => {
  const { document, problemsOf } = await readDocument(await build());
  const shown = Object.entries(document.components.schemas).flatMap(([name, { examples = [] }]) =>
    (examples as unknown[]).map((example) => [name, problemsOf(toPointer('components', 'schemas', name), example)]),
  );
  expect(shown.map(([, problems]) => problems)).toEqual(shown.map(() => []));
  expect(shown.map(([name]) => name)).toEqual(expect.arrayContaining(['NewInterview', 'NewReview', 'HttpProblem']));
});

/** Hold an answer against what the document says of the operation. */
function checkerOf({ document, problemsOf }: Awaited<ReturnType<typeof readDocument>>) {
  return (name: string, { status, headers, body, text }: Answer): void => {
    const [method = '', path = ''] = name.split(' ');
    const responses = document.paths[path]?.[method.toLowerCase()]?.responses ?? {};
    const key = [String(status), `${String(status)[0]}XX`].find((each) => each in responses);
    if (key === undefined) throw new Error(`${name} answers ${status}, which is not described`);
    const { content = {} } = responses[key] ?? {};
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    if (text === '') expect([name, content]).toEqual([name, {}]);
    else {
      expect([name, Object.keys(content)]).toEqual([name, expect.arrayContaining([type])]);
      const pointer = toPointer('paths', path, method.toLowerCase(), 'responses', key, 'content', type, 'schema');
      expect([name, problemsOf(pointer, type.endsWith('json') ? body : text)]).toEqual([name, []]);
    }
  };
}

test('[T24] what is answered at every address is what the document says of it', async () => {
  const app = await build();
  const described = await readDocument(app);
  const check = checkerOf(described);
  const { request, create, enter } = app;
  const { id, candidateToken } = await create({ candidate: { name: 'Ada' } });
  const candidate = await enter(id, candidateToken);
  candidate.send(command('interview.start'));
  const { prompt } = await viewWhere(candidate, (view) => view.prompt !== null);
  candidate.send(command('answer.submit', { promptId: prompt?.id, text: 'boiling water' }));
  await viewWhere(candidate, (view) => view.prompt?.id === 'time');
  candidate.send(command('interview.end'));
  await viewWhere(candidate, ({ state }) => state === 'COMPLETE');
  const second = await create();

  const asked: [name: string, more?: Parameters<typeof request>[1] & { query?: string; of?: string }][] = [
    ['GET /healthz'],
    ['GET /readyz'],
    ['GET /metrics'],
    ['GET /openapi.json'],
    ['GET /asyncapi.json'],
    ['GET /plan.schema.json'],
    ['GET /report.schema.json'],
    ['GET /api/machines/interview'],
    ['GET /api/machines/interview/layout'],
    ['GET /'],
    ['GET /api/plans'],
    ['GET /api/plans/{id}', { of: plan.id }],
    ['GET /api/plans/{id}/statistics', { of: plan.id }],
    ['POST /api/plans', { json: plan }],
    ['GET /api/interviews'],
    ['GET /api/reviews/queue'],
    ['POST /api/interviews', { json: { planId: plan.id } }],
    ['GET /api/interviews/{id}'],
    ['GET /api/interviews/{id}/links'],
    ['GET /api/interviews/{id}/transcript'],
    ['GET /api/interviews/{id}/transcript', { token: candidateToken }],
    ['GET /api/interviews/{id}', { query: '?atSeq=1' }],
    ['GET /api/interviews/{id}/journal'],
    ['GET /api/interviews/{id}/path'],
    ['GET /api/interviews/{id}/report'],
    ['GET /api/interviews/{id}/report', { query: '?format=csv' }],
    ['GET /api/interviews/{id}/report', { query: '?format=html' }],
    ['POST /api/interviews/{id}/tickets'],
    ['POST /api/interviews/{id}/reviews', { json: { decision: 'hire', reason: 'knows tea' } }],
    ['POST /api/interviews/{id}/evaluations', { json: {} }],
    ['POST /api/interviews/{id}/commands', { of: second.id, json: command('interview.cancel') }],
    ['DELETE /api/interviews/{id}'],
  ];
  for (const [name, { query = '', of = id, ...init } = {}] of asked) {
    const [method = '', path = ''] = name.split(' ');
    const answer = await request(path.replace('{id}', of) + query, { method, token: ADMIN_KEY, ...init });
    expect([name, answer.status < 400]).toEqual([name, true]);
    check(name, answer);
  }
  const isAsked = (name: string) => asked.some(([each]) => each === name);
  const others = operationsOf(described.document).filter(([name, { tags }]) => !isAsked(name) && tags[0] !== 'pages');
  expect(others.map(([name]) => name)).toEqual(['GET /api/interviews/{id}/socket']);
});

test('[T24] what is refused is a problem document, as the document says', async () => {
  const app = await build();
  const described = await readDocument(app);
  const check = checkerOf(described);
  const refusing = operationsOf(described.document).filter(([, { security }]) => security.length > 0);
  expect(refusing.length).toBeGreaterThan(10);
  for (const [name] of refusing) {
    const [method = '', path = ''] = name.split(' ');
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    const answer = await app.request(path.replace('{id}', 'none'), { method, headers });
    expect([name, answer.status]).toEqual([name, 401]);
    check(name, answer);
  }
});
