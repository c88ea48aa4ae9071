import { type Coverage, coverWording } from './coverage.ts';
import type { Evaluation, EvaluationRequest, Evaluator, PointEvaluation, RubricPoint } from './evaluator.ts';
import { explain, findEvidence } from './evidence.ts';
import { findFlags } from './guards.ts';
import { matcherOf } from './match.ts';
import { prepareRubric } from './prepared.ts';
import { type Reading, readAnswers } from './reading.ts';
import { summarize, verdictOf } from './scoring.ts';
import type { Covered } from './sense.ts';
import { splitSentences } from './sentences.ts';

const evaluator = { id: 'rubric', version: '4' };

/** The embedded evaluator: offline, deterministic, no model. It never fails. */
export function createRubricEvaluator(): Evaluator {
  return async (request) => ({ ok: true, evaluation: evaluateRubric(request) });
}

/**
 * Judge an answer by how far its words cover the points of a rubric.
 *
 * Score = sum of weight × coverage / sum of weights. It cannot see a statement turned round, nor a paraphrase that
 * shares no words with any wording: that is what `confidence` and `needsReview` are for.
 */
export function evaluateRubric(request: EvaluationRequest): Evaluation {
  const { wordingsByPoint, background, isEnglish } = prepareRubric(request.question, request.rubric);
  const reading = readAnswers(request, background);
  const sentences = splitSentences(reading.text);
  const find = matcherOf(reading);
  const covered = wordingsByPoint.map((wordings) =>
    wordings
      .map((wording): Covered => ({ wording, coverage: coverWording(wording, reading, find) }))
      .reduce((a, b) => (b.coverage.coverage > a.coverage.coverage ? b : a)),
  );
  const points = request.rubric.points.flatMap((point, index) => {
    const coverage = covered[index]?.coverage;
    return coverage ? [toPointEvaluation(point, coverage, reading, sentences)] : [];
  });
  const hasEvidence = points.some((point) => point.evidence.length > 0);
  const found = findFlags({ reading, covered, background, hasEvidence, isEnglish });
  return { ...summarize(request, points, found), flags: found, points, evaluator };
}

function toPointEvaluation(
  point: RubricPoint,
  coverage: Coverage,
  reading: Reading,
  sentences: readonly { start: number; end: number }[],
): PointEvaluation {
  return {
    id: point.id,
    verdict: verdictOf(coverage.coverage),
    coverage: coverage.coverage,
    evidence: findEvidence(coverage, reading, sentences),
    reason: explain(coverage, reading),
  };
}
