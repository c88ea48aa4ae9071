import type { TranscriptEntry } from '../protocol.ts';
import type { Report } from './report.ts';

const columns = [
  'interviewId',
  'outcome',
  'questionId',
  'promptId',
  'kind',
  'prompt',
  'askedAt',
  'answer',
  'answeredAt',
  'from',
  'passed',
  'score',
  'confidence',
  'needsReview',
  'flags',
  'decision',
  'questionScore',
  'threshold',
  'reviewedScore',
  'evaluator',
  'planId',
  'planVersion',
  'chainHead',
] as const;

type Cell = string | number | boolean | null | undefined;

/** What a spreadsheet may take for the beginning of a formula, after what it trims or does not show. */
const formula = /^(?:[\t\r]|[\s\p{C}]*[=+\-@＝＋－＠])/u;

/** A field of RFC 4180. A spreadsheet must not take what somebody wrote for a formula. */
function toField(cell: Cell): string {
  const text = String(cell ?? '');
  const safe = typeof cell === 'string' && formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const toInstant = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());

function toCells(report: Report, question: Report['questions'][number], entry: TranscriptEntry): Cell[] {
  const { answer, evaluation } = entry;
  const row: Record<(typeof columns)[number], Cell> = {
    interviewId: report.interviewId,
    outcome: report.outcome,
    questionId: question.id,
    promptId: entry.promptId,
    kind: entry.kind,
    prompt: entry.text,
    askedAt: toInstant(entry.askedAt),
    answer: answer?.text,
    answeredAt: toInstant(answer?.at),
    from: answer?.from,
    passed: entry.passed,
    score: evaluation?.score,
    confidence: evaluation?.confidence,
    needsReview: evaluation === null || evaluation?.needsReview,
    flags: evaluation?.flags.join(' '),
    decision: entry.decision?.reason,
    questionScore: question.score,
    threshold: question.threshold,
    reviewedScore: question.reviewedScore,
    evaluator: evaluation ? `${evaluation.evaluator.id} ${evaluation.evaluator.version}` : null,
    planId: report.plan.id,
    planVersion: report.plan.version,
    chainHead: report.chain.headHash,
  };
  return columns.map((column) => row[column]);
}

/** A report as CSV (RFC 4180, UTF-8): a line for each prompt that was put to the candidate. Scores are 0..1. */
export function toCsv(report: Report): string {
  const rows = report.questions.flatMap((question) =>
    question.entries.map((entry) => toCells(report, question, entry)),
  );
  return [columns, ...rows].map((cells) => `${cells.map(toField).join(',')}\r\n`).join('');
}
