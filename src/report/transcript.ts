import type { DecisionReason, InterviewFact } from '../../machines/interview.ts';
import { type EvaluationAdded, isAnnotation, type ReviewAdded } from '../annotations.ts';
import type { JournalRecord } from '../journal/journal.ts';
import type { Plan } from '../plans/schema.ts';
import { followUpText } from '../plans/wording.ts';
import type { EvaluationView, ReviewView, Transcript, TranscriptEntry } from '../protocol.ts';
import { evaluationOf, type StoredEvaluation } from '../working.ts';

/** Each reason of a follow-up decision as a sentence for reviewers. */
const decisionTexts: Record<DecisionReason, string> = {
  'point-missing': 'Asked further, because this point is missing.',
  'threshold-reached': 'Not asked further: the threshold of the rubric is reached.',
  'nothing-missing': 'Not asked further: every point is met.',
  'candidate-does-not-know': 'Not asked further: the candidate said that they do not know.',
  'limit-reached': 'Not asked further: the follow-ups of this question are used up.',
  'all-missing-points-asked': 'Not asked further: every missing point has been asked about.',
  'no-time-left': 'Not asked further: too little of the interview is left.',
  'not-evaluated': 'Not asked further: nothing could judge the answer; it waits for a person.',
};

function toEvaluationView(plan: Plan, questionId: string, found: StoredEvaluation): EvaluationView {
  const points = plan.questions.find((question) => question.id === questionId)?.rubric.points ?? [];
  return {
    score: found.score,
    confidence: found.confidence,
    needsReview: found.needsReview,
    isDegraded: found.isDegraded,
    flags: found.flags,
    evaluator: found.evaluator,
    ...(found.model ? { model: found.model } : {}),
    points: found.points.map((judged) => {
      const point = points.find((candidate) => candidate.id === judged.id);
      return { ...judged, text: point?.text ?? '', weight: point?.weight ?? 1 };
    }),
  };
}

/** A transcript being folded. The newest draft is in it because it may become the answer; nobody else reads it. */
export interface Folded extends Transcript {
  draft: string;
}

/** What others may read of it. */
export function toTranscript({ draft: _draft, ...transcript }: Folded): Transcript {
  return transcript;
}

export const emptyTranscript: Folded = { entries: [], draft: '' };

function withoutDraft({ draftChars: _dropped, ...entry }: TranscriptEntry): TranscriptEntry {
  return entry;
}

function asked(plan: Plan, fact: Extract<InterviewFact, { type: 'prompt.asked' }>): TranscriptEntry {
  const { prompt } = fact;
  return {
    promptId: prompt.id,
    kind: prompt.kind,
    questionId: prompt.questionId,
    text: promptText(plan, prompt),
    askedAt: prompt.askedAt,
    ...(prompt.pointId === null ? {} : { pointId: prompt.pointId }),
    failures: [],
  };
}

/** The words of a prompt, for candidates and reviewers alike. */
export function promptText(
  plan: Plan,
  prompt: { id: string; kind: 'question' | 'followUp'; questionId: string; pointId: string | null },
): string {
  const question = plan.questions.find((candidate) => candidate.id === prompt.questionId);
  if (!question) return '';
  if (prompt.kind === 'question') return question.text;
  return followUpText(question, prompt.pointId ?? '', Number(prompt.id.split('.').at(-1)));
}

function change(
  entry: TranscriptEntry,
  { plan, record, draft }: { plan: Plan; record: JournalRecord; draft: string },
  fact: InterviewFact,
): TranscriptEntry {
  switch (fact.type) {
    case 'answer.taken': {
      const text = fact.from === 'submit' ? String(record.event.text) : draft;
      return { ...withoutDraft(entry), answer: { text, at: record.at, from: fact.from } };
    }
    case 'prompt.passed':
      return { ...entry, passed: fact.because };
    case 'evaluation.failed':
      return { ...entry, failures: [...entry.failures, { attempt: fact.attempt, code: fact.code, at: record.at }] };
    case 'evaluation.done': {
      const found = evaluationOf(record.event);
      return found ? { ...entry, evaluation: toEvaluationView(plan, entry.questionId, found) } : entry;
    }
    case 'evaluation.missing':
      return { ...entry, evaluation: null };
    case 'followUp.decided': {
      const { pointId, isAsked, reason } = fact.decision;
      const decision = { isAsked, reason, text: decisionTexts[reason], ...(pointId === null ? {} : { pointId }) };
      return { ...entry, decision };
    }
    case 'interview.completed':
      return entry.answer || entry.passed ? entry : { ...entry, passed: 'end' };
    default:
      return entry;
  }
}

function toReview({ seq, by, event }: JournalRecord): ReviewView {
  const { type: _type, ...review } = event as unknown as ReviewAdded;
  return { seq, by: by === 'operator' ? by : 'reviewer', ...review };
}

/** Take in what was added beside the course of the interview. */
function addAnnotation(folded: Folded, plan: Plan, record: JournalRecord): Folded {
  if (record.event.type === 'review.added')
    return { ...folded, reviews: [...(folded.reviews ?? []), toReview(record)] };
  const { promptId, questionId, output } = record.event as unknown as EvaluationAdded;
  const again = { ...toEvaluationView(plan, questionId, output.evaluation), seq: record.seq, at: record.at };
  const entries = folded.entries.map((entry) =>
    entry.promptId === promptId ? { ...entry, reevaluations: [...(entry.reevaluations ?? []), again] } : entry,
  );
  return { ...folded, entries };
}

/** Add one record to a transcript. Pure; prompts follow each other, so every fact belongs to the newest one. */
export function addRecord(folded: Folded, plan: Plan, record: JournalRecord): Folded {
  if (isAnnotation(record.event)) return addAnnotation(folded, plan, record);
  const entries = [...folded.entries];
  let { draft } = folded;
  const edit = (next: (entry: TranscriptEntry) => TranscriptEntry) => {
    const last = entries.at(-1);
    if (last) entries[entries.length - 1] = next(last);
  };
  if (record.event.type === 'answer.draft') {
    draft = String(record.event.text);
    edit((entry) => ({ ...entry, draftChars: draft.length }));
  }
  for (const fact of record.facts) {
    if (fact.type === 'prompt.asked') {
      entries.push(asked(plan, fact));
      draft = '';
    } else edit((entry) => change(entry, { plan, record, draft }, fact));
  }
  return { ...folded, entries, draft };
}
