import type { Judgement, Rerun } from '../rerun.ts';

/** Tell in lines what became of each answer, then and now, and in a last line how much is other than it was. */
export function compare(results: readonly Rerun[]): string[] {
  if (results.length === 0) return ['nothing was answered'];
  return [...results.flatMap(describe), '', summarize(results)];
}

const percent = (score: number) => `${Math.round(score * 100)} %`;

function describe({ promptId, before, after, because }: Rerun): string[] {
  const then = before === null ? '-' : percent(before.score);
  if (after === null) return [`${promptId}  ${then} → ${because ?? '-'}`];
  const now = percent(after.score);
  const decisions = isOtherDecision(before, after)
    ? [`  then: ${describeDecision(before)}`, `  now:  ${describeDecision(after)}`]
    : [`  as then: ${describeDecision(after)}`];
  return [
    `${promptId}  ${then === now ? `${now} as then` : `${then} → ${now}`}`,
    ...changedIds(before, after).map(
      (id) => `  ${id}: ${before?.verdicts[id] ?? '-'} → ${after.verdicts[id] ?? 'not in the rubric'}`,
    ),
    ...decisions,
  ];
}

function summarize(results: readonly Rerun[]): string {
  const judged = results.flatMap(({ before, after }) => (after === null ? [] : [{ before, after }]));
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  const scores = judged.filter(
    ({ before, after }) => before === null || percent(before.score) !== percent(after.score),
  );
  const verdicts = judged.reduce((sum, { before, after }) => sum + changedIds(before, after).length, 0);
  const decisions = judged.filter(({ before, after }) => isOtherDecision(before, after));
  const lost = results.length - judged.length;
  const changed = `${count(scores.length, 'score')}, ${count(verdicts, 'verdict')} and ${count(decisions.length, 'decision')}`;
  return `${count(results.length, 'answer')}: ${changed} other than then${lost > 0 ? `; ${lost} not judged` : ''}`;
}

function changedIds(before: Judgement | null, after: Judgement): string[] {
  const ids = new Set([...Object.keys(before?.verdicts ?? {}), ...Object.keys(after.verdicts)]);
  return [...ids].filter((id) => before?.verdicts[id] !== after.verdicts[id]);
}

function isOtherDecision(before: Judgement | null, after: Judgement): boolean {
  return describeDecision(before) !== describeDecision(after);
}

function describeDecision(judgement: Judgement | null): string {
  const decision = judgement?.decision;
  if (!decision) return '-';
  return decision.isAsked ? `asks about ${decision.pointId}` : `asks nothing (${decision.reason})`;
}
