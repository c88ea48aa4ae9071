import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlanOutline } from '../../machines/interview.ts';
import type { InterviewHead, JournalRecord } from '../../src/journal/journal.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { findPlan } from '../../src/plans/publish.ts';
import type { Plan } from '../../src/plans/schema.ts';
import { type Reading, readInterview } from '../../src/report/read.ts';
import type { Report } from '../../src/report/report.ts';
import type { Standing } from '../../src/restore.ts';

/** What waits: the input of every invoked actor that runs, by its id. */
export type Waits = Record<string, unknown>;

/** One interview as a machine version left it: what was stored, and what that version made of it. */
export interface Golden {
  plan: { id: string; version: number; hash: string; publishedAt: number; content: Plan };
  head: InterviewHead;
  /** Each holds the state and the facts that the machine gave. */
  records: JournalRecord[];
  /** What waited after each record. */
  waits: Waits[];
  outline: PlanOutline;
  report: Report;
}

/** A snapshot as a machine version wrote it, and the golden journal that it is a cache of. */
export interface GoldenSnapshot {
  journal: string;
  seq: number;
  snapshot: unknown;
}

export const goldenRoot = import.meta.dirname;

/** The folder of the goldens of a machine version. */
export function folderOf(machineVersion: string): string {
  return join(goldenRoot, `machine-${machineVersion}`);
}

/** The machine versions that have goldens. */
export function readVersions(): string[] {
  const names = readdirSync(goldenRoot).map((name) => /^machine-(.+)$/.exec(name)?.[1]);
  return names.filter((version) => version !== undefined).sort((a, b) => Number(a) - Number(b));
}

function readFolder<Content>(folder: string): [name: string, content: Content][] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Content;
  return names.sort().map((name) => [name.replace(/\.json$/, ''), read(name)]);
}

/** The golden journals of a machine version, by name. */
export function readGoldens(machineVersion: string): [name: string, golden: Golden][] {
  return readFolder(folderOf(machineVersion));
}

/** The golden snapshots of a machine version, by the state that they are of. */
export function readGoldenSnapshots(machineVersion: string): [name: string, golden: GoldenSnapshot][] {
  return readFolder(join(folderOf(machineVersion), 'snapshots'));
}

/** Read a golden as the service reads what is stored: with today's code. */
export async function readGolden({ plan, head, records }: Pick<Golden, 'plan' | 'head' | 'records'>): Promise<Reading> {
  const journal = createMemoryJournal();
  const { id, hash, publishedAt, content } = plan;
  await journal.putPlan({ id, hash, json: JSON.stringify(content), publishedAt });
  const stored = { ...journal, load: async () => structuredClone({ head, records }) };
  return readInterview(stored, (planId, version) => findPlan(journal, planId, version), head.id);
}

/** What waits where an interview stands. */
export function waitsOf({ effects }: Standing): Waits {
  return Object.fromEntries(effects.map(({ id, input }) => [id, input]));
}
