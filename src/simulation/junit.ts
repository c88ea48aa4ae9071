import type { Simulation } from './simulate.ts';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

function escapeXml(text: string): string {
  // XML 1.0 has no place for most control characters, escaped or not.
  const clean = [...text].filter((char) => char >= ' ' || char === '\n' || char === '\t').join('');
  return clean.replace(/[&<>"']/g, (char) => escapes[char] ?? '');
}

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
      const inner = failures.map((failure) => `\n      <failure message="${escapeXml(failure)}"/>`).join('');
      const open = `    <testcase classname="${escapeXml(suiteName)}" name="${escapeXml(name)}"`;
      return inner === '' ? `${open}/>` : `${open}>${inner}\n    </testcase>`;
    });
    const failed = cases.filter(({ failures }) => failures.length > 0).length;
    const seconds = report.timeLedger.totalMs / 1_000;
    return `  <testsuite name="${escapeXml(suiteName)}" tests="${cases.length}" failures="${failed}" time="${seconds}">
${lines.join('\n')}
  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}
