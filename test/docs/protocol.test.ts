import { expect, test } from 'vitest';
import type { z } from 'zod';
import { variables } from '../../src/config.ts';
import { errorTable, toProblem } from '../../src/errors.ts';
import { flags } from '../../src/evaluators/evaluator.ts';
import { ERASED } from '../../src/journal/chain.ts';
import { planJsonSchema } from '../../src/plans/jsonschema.ts';
import { parsePlan } from '../../src/plans/load.ts';
import {
  commandRoles,
  downSchema,
  limits,
  outcomes,
  recordSchema,
  states,
  transcriptSchema,
  upSchema,
  viewSchema,
} from '../../src/protocol.ts';
import { chainSchema, reportSchema } from '../../src/report/report.ts';
import { socketLimits } from '../../src/routes/limits.ts';
import { candidateTranscript } from '../../src/routes/results.ts';
import { ADMIN_KEY, build, command, viewWhere } from '../support/app.ts';
import { apply, type MachineEvent } from '../support/machine.ts';
import { codeBlocks, readText, section, tableRows } from '../support/pages.ts';
import { type RestingPath, reach } from '../support/positions.ts';

// The tables and examples of PROTOCOL.md are compared with the code, both ways.

const page = readText('PROTOCOL.md');
const rowsBelow = (heading: string) => tableRows(section(page, heading));

test('errors: code, title, status, close code, retry and class', () => {
  const written = rowsBelow('## Errors');
  const known = Object.entries(errorTable).map(([code, row]) => [
    code,
    row.title,
    String(row.status),
    'closeCode' in row ? String(row.closeCode) : 'stays',
    row.isRetryable ? 'yes' : 'no',
    row.class,
  ]);
  expect(written).toEqual(known);
});

/** The fields of a frame as the tables write them, without its type. */
function fieldsOf(schema: z.ZodObject): string {
  return Object.entries(schema.shape)
    .filter(([name]) => name !== 'type')
    .map(([name, field]) => ((field as z.ZodType)._zod.optin === 'optional' ? `${name}?` : name))
    .join(', ');
}

function framesOf(options: readonly z.ZodObject[]): Map<string, string> {
  return new Map(options.map((option) => [(option.shape.type as z.ZodLiteral<string>).value, fieldsOf(option)]));
}

test('frames up: type, fields and role', () => {
  const written = rowsBelow('## Up: client to service');
  expect(new Map(written.map(([type = '', fields = '']) => [type, fields]))).toEqual(framesOf(upSchema.options));
  for (const [type = '', , who] of written)
    expect(`${type} ${who}`).toBe(`${type} ${commandRoles[type as keyof typeof commandRoles] ?? 'anyone'}`);
});

test('frames down: type and fields', () => {
  const written = rowsBelow('## Down: service to client');
  expect(new Map(written.map(([type = '', fields = '']) => [type, fields]))).toEqual(framesOf(downSchema.options));
});

test('commands and states: what the table says is what the machine takes', () => {
  const columns: RestingPath[][] = [
    ['IDLE'],
    ['QUESTIONING.ANSWERING', 'FOLLOW_UP.ANSWERING'],
    ['QUESTIONING.PAUSED', 'FOLLOW_UP.PAUSED'],
    ['QUESTIONING.AWAY', 'FOLLOW_UP.AWAY'],
    ['EVALUATING.SCORING', 'EVALUATING.BACKING_OFF', 'EVALUATING.FALLBACK'],
    ['COMPLETE'],
  ];
  const written = rowsBelow('## Commands and states');
  expect(written.map(([type]) => type)).toEqual(Object.keys(commandRoles));
  for (const [type = '', ...cells] of written)
    for (const [index, paths] of columns.entries())
      for (const path of paths) {
        const { snapshot, context, now } = reach(path);
        const more = { promptId: context.prompt?.id ?? '', text: 'x', consent: true, byMs: 1, isUntimed: true };
        const { isTaken } = apply(snapshot, { type, at: now, ...more } as unknown as MachineEvent);
        expect(`${type} in ${path}: ${isTaken ? '●' : '·'}`).toBe(`${type} in ${path}: ${cells[index]}`);
      }
});

test('views: the fields of each role', () => {
  const [candidate, reviewer] = viewSchema.options;
  const written = rowsBelow('## Views');
  const shownTo = (column: 1 | 2) => written.filter((row) => row[column] === '●').map(([field]) => field);
  expect(shownTo(1).sort()).toEqual(Object.keys(candidate.shape).sort());
  expect(shownTo(2).sort()).toEqual(Object.keys(reviewer.shape).sort());
});

test('plans: every key that an author may write', () => {
  type Schema = { properties?: Record<string, Schema>; items?: Schema; default?: unknown };
  function keysOf({ properties, items }: Schema, path = ''): [path: string, schema: Schema][] {
    if (items?.properties) return [[`${path}[]`, {}], ...keysOf(items, `${path}[]`)];
    if (!properties) return [];
    return Object.entries(properties).flatMap(([key, schema]): [string, Schema][] => {
      const here = path === '' ? key : `${path}.${key}`;
      const below = keysOf(schema, here);
      return below.length > 0 ? below : [[here, schema]];
    });
  }
  const known = new Map(keysOf(planJsonSchema() as Schema).filter(([path]) => path !== '$schema'));
  const written = new Map(rowsBelow('## Plans').map(([path = '', value = '']) => [path, value]));
  expect([...written.keys()].sort()).toEqual([...known.keys()].sort());
  for (const [path, schema] of known)
    if (['number', 'boolean'].includes(typeof schema.default))
      expect(`${path} ${written.get(path)}`).toBe(`${path} ${schema.default}`);
});

test('limits: every number, and the setting that changes it', () => {
  const fixed: Record<string, number> = {
    'bytes of a frame': limits.frameBytesMax,
    'bytes of the first frame': socketLimits.helloBytesMax,
    'frames waiting for the welcome': socketLimits.waitingMax,
    'milliseconds until hello': socketLimits.helloTimeoutMs,
    'milliseconds between pings': socketLimits.heartbeatMs,
    'pings left unanswered': socketLimits.missedBeatsMax,
    'bytes unsent to a reader before states are skipped': socketLimits.lagBytes,
    'bytes unsent to a reader before it is let go': socketLimits.bufferedBytesMax,
    'milliseconds a reader may lag': socketLimits.lagMs,
    'bytes unsent to all readers of a process before those with more than 64 KiB are let go':
      socketLimits.unreadBytesMax,
    'milliseconds over which clients return after a restart': socketLimits.restartSpreadMs,
  };
  const written = rowsBelow('## Limits');
  const known = written.map(([name = '', , setting = '']) => {
    const value = setting === '' ? fixed[name] : variables[setting as keyof typeof variables].default;
    return [name, String(value), setting];
  });
  expect(written).toEqual(known);
  const settings = Object.keys(variables).filter((name) => /_(MAX|SECONDS)$/.test(name));
  expect(written.flatMap(([, , setting]) => setting || []).sort()).toEqual(settings.sort());
});

test('addresses: those that are there, and who may use each', async () => {
  const { app, create, request } = await build();
  const made = await create();
  const tokens = { operator: ADMIN_KEY, reviewer: made.reviewerToken, candidate: made.candidateToken };
  const written = rowsBelow('## HTTP');
  const urls = written.map(([address = '']) => address.split(' ') as ['GET' | 'POST', string]);
  for (const [method, url] of urls) expect(`${url} ${app.hasRoute({ method, url })}`).toBe(`${url} true`);
  expect(urls.length).toBe(countRoutes(app.printRoutes({ commonPrefix: false })));
  for (const [index, [method, url]] of urls.entries()) {
    const who = written[index]?.[1] ?? '';
    const path = url.replace(':id', made.id);
    const stranger = await request(path, { method });
    const isOpen = ['anyone', 'ticket', 'local, operator'].includes(who);
    expect(`${method} ${url} ${[401, 403].includes(stranger.status)}`).toBe(`${method} ${url} ${!isOpen}`);
    if (isOpen) continue;
    const allowed = await Promise.all(
      Object.entries(tokens).map(async ([role, token]) => {
        const { status } = await request(path, { method, token });
        return status === 403 ? [] : [role];
      }),
    );
    expect(`${method} ${url}: ${allowed.flat().join(', ')}`).toBe(`${method} ${url}: ${who}`);
  }
});

/** Fastify's tree names the methods of each address; HEAD and the answer to preflights come by themselves. */
function countRoutes(tree: string): number {
  const methods = [...tree.matchAll(/\(([A-Z, ]+)\)/g)].flatMap(([, list = '']) => list.split(', '));
  return methods.filter((method) => method !== 'HEAD' && method !== 'OPTIONS').length;
}

/** The JSON examples of the page, in its order. */
function readExamples() {
  return codeBlocks(section(page, '### Examples'), 'json').map((text) => JSON.parse(text));
}

test('examples: each is what its schema takes, and nothing more', () => {
  const [report, receipt, record, erasedRecord, erasedChain, refusal] = readExamples();
  // Parsing leaves out what a schema does not know.
  expect(reportSchema.parse(report)).toEqual(report);
  expect(candidateTranscript.parse(receipt)).toEqual(receipt);
  expect(recordSchema.parse(record)).toEqual(record);
  expect(erasedRecord).toEqual({ ...record, event: { ...record.event, text: ERASED } });
  expect(chainSchema.parse(erasedChain)).toEqual(erasedChain);
  expect(erasedChain).toMatchObject(report.chain);
  expect(refusal).toEqual(toProblem('INTERVIEW_ERASED', refusal.detail));
  const { entries } = report.questions[0];
  expect(transcriptSchema.parse({ entries })).toEqual({ entries });
  for (const { quote, start, end } of entries[0].evaluation.points.flatMap(({ evidence }: Judged) => evidence))
    expect(entries[0].answer.text.slice(start, end)).toBe(quote);
});

type Judged = { evidence: { quote: string; start: number; end: number }[] };

/** What is where: paths with the kind of what is there. */
function shapeOf(value: unknown, path = '$'): string[] {
  if (typeof value !== 'object' || value === null) return [`${path}: ${value === null ? 'null' : typeof value}`];
  return [path, ...Object.entries(value).flatMap(([key, part]) => shapeOf(part, `${path}.${key}`))].sort();
}

test('examples: the interview that they show, played, gives their fields', async () => {
  const parsed = parsePlan(codeBlocks(section(readText('README.md'), '## A plan'), 'yaml')[0] ?? '');
  if (!parsed.ok) throw new Error('the plan of the README is broken');
  const [report, receipt, record, erasedRecord, erasedChain, refusal] = readExamples();
  const { request, create, enter } = await build();
  const { id, candidateToken } = await create({ candidate: report.candidate }, parsed.plan);
  const candidate = await enter(id, candidateToken);
  candidate.send(command('interview.start'));
  const { prompt } = await viewWhere(candidate, (view) => view.prompt !== null);
  candidate.send(command('answer.submit', { promptId: prompt?.id, text: record.event.text }));
  await viewWhere(candidate, ({ state }) => state === 'COMPLETE');
  const read = async (part: string, token: string) => (await request(`/api/interviews/${id}/${part}`, { token })).body;
  expect(shapeOf(await read('report', ADMIN_KEY))).toEqual(shapeOf(report));
  expect(shapeOf(await read('transcript', candidateToken))).toEqual(shapeOf(receipt));
  expect(await read('transcript', ADMIN_KEY)).toEqual({
    entries: (await read('report', ADMIN_KEY)).questions[0].entries,
  });
  const { records } = await read('journal', ADMIN_KEY);
  expect(shapeOf(records[record.seq - 1])).toEqual(shapeOf(record));
  const erased = await request(`/api/interviews/${id}`, { method: 'DELETE', token: ADMIN_KEY });
  expect([erased.status, erased.text]).toEqual([204, '']);
  const { records: erasedRecords } = await read('journal', ADMIN_KEY);
  expect(erasedRecords[record.seq - 1].event).toEqual({ ...records[record.seq - 1].event, text: ERASED });
  expect(shapeOf(erasedRecords[record.seq - 1])).toEqual(shapeOf(erasedRecord));
  expect(shapeOf((await read('transcript', candidateToken)).chain)).toEqual(shapeOf(erasedChain));
  expect((await request(`/api/interviews/${id}/tickets`, { method: 'POST', token: candidateToken })).body).toEqual(
    refusal,
  );
});

test('words: states, outcomes and flags', () => {
  const vocabulary = section(page, '## Vocabulary');
  for (const word of [...states, ...outcomes]) expect(vocabulary).toContain(`\`${word}\``);
  const listed = /^Flags: (.+?)\./m.exec(page)?.[1]?.replaceAll('`', '').split(', ');
  expect(listed).toEqual([...flags]);
});
