import { escapeMarkup } from '../escape.ts';
import type { Simulation } from './simulate.ts';

/** Simulations as a JUnit report: a suite each, with a case for the course and one for every question that was asked. */
export function toJunit(simulations: readonly Simulation[]): string {
  const suites = simulations.map(({ plan, candidate, seed, problems, report }) => {
    const asked = report.questions.filter(({ entries }) => entries.length > 0).map(({ id }) => `question ${id}`);
    const cases = ['the course of the interview', ...asked].map((name) => {
      const failures = problems.filter((problem) =>
        name.startsWith('question ') ? problem.startsWith(`${name}: `) : !problem.startsWith('question '),
      );
      return { name, failures };
    });
    const suiteName = `${plan.id}, ${candidate}, seed ${seed}`;
    const lines = cases.map(({ name, failures }) => {
      const inner = failures.map((failure) => `\n      <failure message="${escapeMarkup(failure)}"/>`).join('');
      const open = `    <testcase classname="${escapeMarkup(suiteName)}" name="${escapeMarkup(name)}"`;
      return inner === '' ? `${open}/>` : `${open}>${inner}\n    </testcase>`;
    });
    const failed = cases.filter(({ failures }) => failures.length > 0).length;
    const seconds = report.timeLedger.totalMs / 1_000;
    return `  <testsuite name="${escapeMarkup(suiteName)}" tests="${cases.length}" failures="${failed}" time="${seconds}">
${lines.join('\n')}
  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}
