import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import type { Spread } from './stats.ts';

/** One line of the report. */
export interface Row {
  what: string;
  /** As measured, with its unit. */
  measured: string;
  /** Against what stands in `to`, in the same run: median, least and greatest of the repetitions. */
  ratio?: Spread;
  to?: string;
  target?: string;
}

/** A measurement's title and lines. */
export interface Part {
  title: string;
  rows: Row[];
}

/** How much is measured. */
export interface Size {
  repetitions: number;
  /** Length of each window under load. */
  ms: number;
  warmMs: number;
  /** Interviews that are open at once where many are. */
  interviews: number;
  connections: number;
  /** Interviews in a store at a restart. */
  stored: number;
  /** Only what takes no waiting, and the service in one form. */
  isQuick: boolean;
}

/** The stores that are measured beside the embedded ones, by their addresses; null = none could be reached. */
export interface Stores {
  postgres: string | null;
  redis: string | null;
}

/** Three digits that count. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 6 });
}

function toLine({ what, measured, ratio, to = '', target = '' }: Row): string {
  const shown = ratio ? `${digits(ratio.median)} [${digits(ratio.min)}-${digits(ratio.max)}]` : '';
  return `| ${[what, measured, shown, to, target].join(' | ')} |`;
}

/** The lines of a part as a table. */
export function toTable({ title, rows }: Part): string {
  return [
    `## ${title}`,
    '',
    '| what | measured | ratio [spread] | to | target |',
    '|---|---:|---:|---|---|',
    ...rows.map(toLine),
    '',
  ].join('\n');
}

function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return `${name} ${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version}`;
}

/** With what, where, how often. */
export function describeRun(size: Size): string {
  const names = ['xstate', 'ws', 'fastify', '@fastify/websocket', 'zod', 'pg'];
  return [
    '# Measured',
    '',
    `Written by \`npm run bench\`. Node ${process.versions.node}, SQLite ${process.versions.sqlite}, ${names.map(versionOf).join(', ')}.`,
    `${size.isQuick ? 'Quick run' : 'Full run'} on ${cpus().length} cores (${cpus()[0]?.model.trim()}), load ${digits(loadavg()[0] ?? 0)} before it began; client and server on the same ones; ${size.repetitions} repetition(s), windows of ${size.ms} ms.`,
    'Compare ratios, which are from one run; absolute figures are of this machine at that hour. README.md beside this file says what each line means.',
    '',
    '',
  ].join('\n');
}
