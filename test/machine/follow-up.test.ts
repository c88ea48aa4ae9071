import { describe, expect, test } from 'vitest';
import type { Decision, EvaluationDigest, InterviewFact, PlanOutline } from '../../machines/interview.ts';
import { FOLLOW_UP_TIME_MIN_MS } from '../../machines/interview.ts';
import { enough, evaluationDigest, planOutline, questionOutline, SECOND, type Walk, walk } from '../support/machine.ts';
import { reach } from '../support/positions.ts';

const decisionsOf = (facts: InterviewFact[]): Decision[] =>
  facts.flatMap((fact) => (fact.type === 'followUp.decided' ? [fact.decision] : []));

/** The decision after the first answer is judged so. */
function decide(evaluation: EvaluationDigest, plan: Partial<PlanOutline> = {}): Decision | undefined {
  return decisionsOf(reach('EVALUATING.SCORING', plan).judge(evaluation).last.facts)[0];
}

const allMissing = evaluationDigest({
  score: 0,
  points: ['cause', 'effect', 'limit'].map((id) => ({ id, verdict: 'not_met', coverage: 0 })),
});

describe('the reason of a decision', () => {
  const no = (reason: Decision['reason']): Decision => ({ isAsked: false, reason, pointId: null });
  const met = { id: 'cause', verdict: 'met', coverage: 1 } as const;

  test('[M15] a point is missing', () => {
    expect(decide(evaluationDigest())).toEqual({ isAsked: true, reason: 'point-missing', pointId: 'effect' });
  });

  test('[M15] the candidate does not know', () => {
    expect(decide(evaluationDigest({ isNonAnswer: true }))).toEqual(no('candidate-does-not-know'));
  });

  test('[M15] the threshold is reached exactly', () => {
    expect(decide(evaluationDigest({ score: 0.6 }))).toEqual(no('threshold-reached'));
    expect(decide(evaluationDigest({ score: 0.6 - Number.EPSILON }))?.reason).toBe('point-missing');
  });

  test('[M15] nothing is missing though the score is low', () => {
    expect(decide(evaluationDigest({ points: [met] }))).toEqual(no('nothing-missing'));
    expect(decide(evaluationDigest({ points: [] }))).toEqual(no('nothing-missing'));
  });

  test('[M15] the limit is reached', () => {
    const questions = [questionOutline('a', { followUpsMax: 0 }), questionOutline('b')];
    expect(decide(evaluationDigest(), { questions })).toEqual(no('limit-reached'));
  });

  test('[M15] every missing point was asked about', () => {
    const questions = [questionOutline('a', { followUpsMax: 5 }), questionOutline('b')];
    const walked = reach('EVALUATING.SCORING', { questions });
    for (let asked = 0; asked < 3; asked++) walked.judge(allMissing).answer();
    expect(decisionsOf(walked.judge(allMissing).last.facts)).toEqual([no('all-missing-points-asked')]);
  });

  test('[M15] a point that the rubric does not have is not missing', () => {
    const foreign = { id: 'foreign', verdict: 'not_met', coverage: 0 } as const;
    const proposal = { proposedPointId: 'foreign' };
    expect(decide(evaluationDigest({ ...proposal, points: [foreign] }))).toEqual(no('nothing-missing'));
    expect(decide(evaluationDigest({ ...proposal, points: [met, foreign] }))).toEqual(no('nothing-missing'));
    const effect = { id: 'effect', verdict: 'not_met', coverage: 0 } as const;
    expect(decide(evaluationDigest({ ...proposal, points: [foreign, effect] }))?.pointId).toBe('effect');
  });

  test('[M15] too little of the whole time is left', () => {
    const decideWithLeft = (leftMs: number) => {
      const walked = reach('QUESTIONING.ANSWERING', { totalMs: 60 * SECOND })
        .wait(60 * SECOND - leftMs)
        .answer();
      return decisionsOf(walked.judge(evaluationDigest()).last.facts)[0];
    };
    expect(decideWithLeft(FOLLOW_UP_TIME_MIN_MS - 1)).toEqual(no('no-time-left'));
    expect(decideWithLeft(FOLLOW_UP_TIME_MIN_MS)?.isAsked).toBe(true);
    expect(decide(evaluationDigest(), { totalMs: null })?.isAsked).toBe(true);
  });

  test('[M15] nothing could evaluate the answer', () => {
    const walked = reach('EVALUATING.FALLBACK').fail(false, 'evaluateFallback');
    expect(decisionsOf(walked.last.facts)).toEqual([no('not-evaluated')]);
  });

  test('[M15] of several that hold, the first is given', () => {
    const questions = [questionOutline('a', { followUpsMax: 0 }), questionOutline('b')];
    const holds = { score: 0.9, isNonAnswer: true, points: [met] };
    expect(decide(evaluationDigest(holds), { questions })?.reason).toBe('candidate-does-not-know');
    expect(decide(evaluationDigest({ ...holds, isNonAnswer: false }), { questions })?.reason).toBe('threshold-reached');
    expect(decide(evaluationDigest({ points: [met] }), { questions })?.reason).toBe('nothing-missing');
  });
});

describe('the point asked about', () => {
  const missing = (id: string, coverage: number) => ({ id, verdict: 'partial', coverage }) as const;

  test("[M16] is the evaluator's proposal, whatever it weighs", () => {
    expect(decide(evaluationDigest({ proposedPointId: 'limit' }))?.pointId).toBe('limit');
  });

  test.each(['cause', 'foreign'])('[M16] is not a proposal that is met or foreign (%s)', (proposedPointId) => {
    expect(decide(evaluationDigest({ proposedPointId }))?.pointId).toBe('effect');
  });

  test('[M16] is the one with the most weight missing', () => {
    // effect weighs 2, limit 1.
    const points = (effect: number, limit: number) => [missing('effect', effect), missing('limit', limit)];
    expect(decide(evaluationDigest({ points: points(0.6, 0.3) }))?.pointId).toBe('effect');
    expect(decide(evaluationDigest({ points: points(0.7, 0.3) }))?.pointId).toBe('limit');
  });

  test('[M16] is the first named among equals', () => {
    const points = [missing('limit', 0.5), missing('cause', 0.5)];
    expect(decide(evaluationDigest({ points }))?.pointId).toBe('limit');
  });

  test('[M16] may be a point whose words were all there and which was contradicted', () => {
    const points = [{ id: 'cause', verdict: 'contradicted', coverage: 1 } as const];
    expect(decide(evaluationDigest({ points }))).toEqual({ isAsked: true, reason: 'point-missing', pointId: 'cause' });
  });

  test('[M17] is never one that was asked about, proposed or not', () => {
    const questions = [questionOutline('a', { followUpsMax: 5 }), questionOutline('b')];
    const proposal = evaluationDigest({ ...allMissing, proposedPointId: 'effect' });
    const walked = reach('EVALUATING.SCORING', { questions });
    for (let asked = 0; asked < 3; asked++) walked.judge(proposal).answer();
    expect(decisionsOf(walked.judge(proposal).facts).map(({ pointId }) => pointId)).toEqual([
      'effect',
      'cause',
      'limit',
      null,
    ]);
  });

  test('[M17] may be asked about again for the next question, which has its own limit', () => {
    const once = (id: string) => questionOutline(id, { followUpsMax: 1 });
    const walked = walk({ ...reachInput([once('a'), once('b')]) }).send({ type: 'interview.start' });
    for (const _question of ['a', 'b']) walked.answer().judge(allMissing).answer().judge(allMissing);
    expect(decisionsOf(walked.facts).map(({ reason, pointId }) => pointId ?? reason)).toEqual([
      'effect',
      'limit-reached',
      'effect',
      'limit-reached',
    ]);
  });
});

function reachInput(questions: PlanOutline['questions']) {
  return {
    interviewId: 'i1',
    at: 0,
    plan: planOutline({ questions }),
    invitationExpiresAt: null,
    timeMultiplier: 1,
    isUntimed: false,
  };
}

describe('a follow-up', () => {
  const asked = (): Walk => reach('EVALUATING.SCORING').judge(evaluationDigest());

  test('[M11] names its question, its point and its number', () => {
    const walked = asked();
    expect(walked.context.prompt).toMatchObject({ id: 'a.1', kind: 'followUp', questionId: 'a', pointId: 'effect' });
    walked.answer().judge(evaluationDigest());
    expect(walked.context.prompt).toMatchObject({ id: 'a.2', kind: 'followUp', questionId: 'a', pointId: 'limit' });
  });

  test('[M14] answered well ends its question with a decision of its own', () => {
    const walked = asked().answer().judge(enough);
    expect(decisionsOf(walked.last.facts)[0]?.reason).toBe('threshold-reached');
    expect(walked.context.prompt?.id).toBe('b');
  });

  test('[M11] does not count as another question answered', () => {
    expect(asked().answer().context.answeredCount).toBe(1);
    expect(asked().answer().judge(enough).answer().context.answeredCount).toBe(2);
  });

  test('[M5] leaves nothing behind for the next question', () => {
    const walked = asked().draft().skip();
    expect(walked.context).toMatchObject({ askedPointIds: [], hasDraft: false, evaluation: null, decision: null });
  });
});
