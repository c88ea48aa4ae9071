import { parseArgs } from 'node:util';
import { countKinds, countOutcomes, judgeAdversarial, outcomeColumns } from './adversarial.ts';
import { calibratedColumns, compareThresholds } from './calibrated.ts';
import { figuresOn } from './figures.ts';
import { countFlagged, flaggedColumns } from './flagged.ts';
import { findMissing } from './marked.ts';
import { scorers } from './scorers.ts';
import { measureSpeed } from './speed.ts';
import { countUnrelated, unrelatedColumns } from './unrelated.ts';

// How good the embedded evaluator is, beside what costs nothing. See README.md beside this file.

const { values } = parseArgs({ options: { data: { type: 'string' } } });
const folder = values.data ?? process.env.VIVA_BENCH_DATA;

print(printSpeed());
print(toTable(outcomeColumns, countOutcomes(judgeAdversarial('cases'))));
print(toTable(outcomeColumns, printSecond()));
if (folder === undefined) {
  print('No data: name a folder of marked answers with --data DIR or VIVA_BENCH_DATA (bench/evaluation/README.md).');
} else {
  const missing = findMissing(folder);
  if (missing.length > 0) {
    print(`${folder} lacks ${missing.join(', ')} (bench/evaluation/README.md says what they hold).`);
    process.exitCode = 1;
  } else {
    print(toTable(flaggedColumns, countFlagged(folder)));
    print(toTable(unrelatedColumns, countUnrelated(folder)));
    print(printQuality(folder));
    print(toTable(calibratedColumns, compareThresholds(folder)));
  }
}

function printQuality(from: string): string {
  const names = Object.keys(scorers);
  const rows = figuresOn(from).map(({ name, target, isLessBetter, measure }) => [
    name,
    ...names.map((by) => {
      const scorer = scorers[by];
      return scorer ? measure(scorer).toFixed(3) : '';
    }),
    target === undefined ? '' : `${isLessBetter ? '≤' : '≥'} ${target}`,
  ]);
  return toTable(['cross-validated, whole questions left out', ...names, 'target'], rows);
}

function printSecond(): string[][] {
  const judged = judgeAdversarial('second');
  const [open, kept] = (['open', 'kept'] as const).map((half) => judged.filter((each) => each.half === half));
  return [...countKinds(open ?? [], 'second set, worked with:'), ...countKinds(kept ?? [], 'second set, kept:')];
}

function printSpeed(): string {
  const rows = measureSpeed().map(({ name, target, medianMs, worstMs, busyMs }) => [
    name,
    medianMs.toFixed(2),
    worstMs.toFixed(2),
    busyMs.toFixed(2),
    `≤ ${target}`,
  ]);
  return toTable(['time of one evaluation, ms', 'median', 'worst of 40', 'median, busy', 'target'], rows);
}

function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const toLine = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [toLine(head), rule, ...rows.map(toLine)].join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n\n`);
}
