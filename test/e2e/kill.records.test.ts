import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../src/client.ts';
import type { View } from '../../src/protocol.ts';
import type { Report } from '../../src/report/report.ts';
import { seededRandom } from '../../src/simulation/random.ts';
import { comparable, sayingFor, until } from '../support/candidate.ts';
import { type Crash, type CrashPoint, crashPoints } from '../support/model.victim.ts';
import { takeSeed } from '../support/random.ts';
import { callApi, type SpawnedService, spawnService } from '../support/service.ts';

// Rule D13 on a file, with real processes. VIVA_SEED=… repeats the choice of a run.

const KILLS = 15;

interface Run {
  report: unknown;
  records: object[];
  /** The last that the candidate saw. */
  view: View;
}

/** A value without what differs between two runs by nature: instants, and what is drawn at random. */
function steady<Value>(value: Value, interviewId: string): Value {
  const moving = /At$|^at$|^serverTime$|^hash$/;
  const text = JSON.stringify(value, (key, found) => (moving.test(key) ? undefined : found));
  return JSON.parse(text.replaceAll(interviewId, 'this interview'));
}

/** Services one after the other at one address. */
interface Services {
  /** The one that runs, once it listens. */
  current(): Promise<SpawnedService>;
  /** The last one, when all that had to die have. Errors: one did not start, or ended otherwise. */
  last: Promise<SpawnedService>;
}

/** Start services that kill themselves, and after them one that does not. */
async function serve(env: Record<string, string>, crashes: readonly Crash[]): Promise<Services> {
  const deaths = [...crashes.map(({ seq, point }) => `${seq} ${point}`), ''];
  let port = '0';
  let current: Promise<SpawnedService>;

  function start(death = ''): Promise<SpawnedService> {
    current = spawnService({ ...env, PORT: port, VIVA_TEST_DEATH: death }, 'mortal');
    return current;
  }

  async function goOn(): Promise<SpawnedService> {
    for (const death of deaths.slice(1)) {
      // What was under way goes on as soon as it is back: it may die before it has said that it listens.
      const signal = await current.then(({ ended }) => ended).catch((error: Error) => error.cause);
      expect(signal).toBe('SIGKILL');
      start(death).catch(() => {});
    }
    return current;
  }

  const first = await start(deaths[0]);
  onTestFinished(() => current.then(({ kill }) => kill()).catch(() => {}));
  port = new URL(first.url).port;
  return { current: () => current, last: goOn() };
}

/** Run one interview to its end while the services die at the given records. */
async function interview(folder: string, crashes: readonly Crash[]): Promise<Run> {
  const services = await serve({ VIVA_STORE: `sqlite:${folder}/${crashes.length}-kills.db` }, crashes);
  const first = await services.current();
  const { id, candidateToken: token } = await callApi<{ id: string; candidateToken: string }>(
    first,
    '/api/interviews',
    {
      planId: 'backend-basics',
    },
  );
  // Nobody connects before the service has said that it listens.
  const patientFetch: typeof fetch = async (...asked) => services.current().then(() => fetch(...asked));
  // It comes back soon: longer away would be on record.
  const random = () => 0.1;
  const client = createClient({ url: first.url, interviewId: id, token, fetch: patientFetch, random });
  onTestFinished(() => client.close());

  /** What was stored but not acknowledged is acknowledged as a duplicate; nothing else is. */
  async function send(ask: Parameters<typeof client.send>[0]): Promise<void> {
    const { seq, duplicate } = await client.send(ask);
    const crash = crashes.find((one) => one.seq === seq);
    expect({ seq, duplicate }).toEqual({ seq, duplicate: crash?.point === 'after-commit-before-ack' });
  }

  async function answerAll(): Promise<View> {
    await until(client, ({ state }) => state === 'IDLE');
    await send({ type: 'interview.start', consent: true });
    let view = await until(client, ({ prompt }) => prompt !== null);
    while (view.prompt) {
      const { id: promptId } = view.prompt;
      await send({ type: 'answer.draft', promptId, text: 'half a thought' });
      await send({ type: 'answer.submit', promptId, text: sayingFor(promptId) });
      view = await until(
        client,
        ({ state, prompt }) => state === 'COMPLETE' || (prompt !== null && prompt.id !== promptId),
      );
    }
    return view;
  }

  client.connect();
  const [view, last] = await Promise.all([answerAll(), services.last]);
  const report = await callApi<Report>(last, `/api/interviews/${id}/report`);
  const { records } = await callApi<{ records: object[] }>(last, `/api/interviews/${id}/journal`);
  expect(await last.stop()).toBe(0);
  return { report: comparable(report), records: steady(records, id), view: steady(view, id) };
}

/** Different records of an interview, in order; every point comes equally often. */
function drawCrashes(recordCount: number, random: () => number): Crash[] {
  // The creation is no append.
  const seqs = Array.from({ length: recordCount - 1 }, (_, index) => ({ seq: index + 2, rank: random() }));
  return seqs
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, KILLS)
    .map(({ seq }, index) => ({ seq, point: crashPoints[index % crashPoints.length] as CrashPoint }))
    .toSorted((a, b) => a.seq - b.seq);
}

test(`[D13] an interview on SQLite whose service is killed ${KILLS} times is like an undisturbed one`, async () => {
  const random = seededRandom(takeSeed('kills on SQLite'));
  const folder = mkdtempSync(join(tmpdir(), 'viva-kill-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const undisturbed = await interview(folder, []);
  expect(undisturbed.report).toMatchObject({ state: 'COMPLETE', outcome: 'finished' });
  const crashes = drawCrashes(undisturbed.records.length, random);
  const chosen = crashes.map(({ seq, point }) => `${seq} ${point}`).join(', ');
  process.stdout.write(`kills on SQLite, of ${undisturbed.records.length} records: ${chosen}\n`);
  expect(crashes.length).toBe(KILLS);
  expect(await interview(folder, crashes)).toEqual(undisturbed);
}, 120_000);
