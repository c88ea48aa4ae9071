import { useRef, useState } from 'react';
import type { Verdict } from '../../../machines/interview.ts';
import { createId } from '../../../src/client/platform.ts';
import type { Problem } from '../../../src/client/problem.ts';
import { toProblem } from '../../../src/errors.ts';
import { useAnnouncer } from '../../shared/announcer.tsx';
import { Icon } from '../../shared/icon.tsx';
import type { Api } from '../api.ts';
import { useJudging } from '../use-judging.ts';
import { verdictLabels } from '../wording.ts';
import { Field } from './field.tsx';
import { FormDialog } from './form-dialog.tsx';
import { RaterField, ReasonField } from './rater-field.tsx';

/** What somebody is about to judge. */
export interface Judged {
  questionId: string;
  number: number;
  /** With their numbers in the rubric. */
  points: { id: string; number: number; text: string }[];
  /** One point alone has a verdict and no score. */
  isWhole: boolean;
  /** Nothing of what others made of it was shown. */
  isHidden: boolean;
}

const verdicts = Object.entries(verdictLabels) as [Verdict, (typeof verdictLabels)[Verdict]][];

/**
 * Judge a question or a point of one. Nothing is chosen beforehand: what is left out is not judged. Mounted anew for
 * every opening: one form is one review, however often it is sent.
 */
export function JudgeDialog({
  api,
  interviewId,
  judged,
  isOpen,
  onClose,
}: {
  api: Api;
  interviewId: string;
  judged: Judged;
  isOpen: boolean;
  onClose: () => void;
}) {
  const { announce } = useAnnouncer();
  const { judging, change } = useJudging();
  const [id] = useState(createId);
  const [given, setGiven] = useState<ReadonlyMap<string, Verdict>>(new Map());
  const [percent, setPercent] = useState('');
  const [reason, setReason] = useState('');
  const [rater, setRater] = useState(judging.rater);
  // What was hidden when the form opened; it may come up while it is being filled in.
  const wasHidden = useRef(judged.isHidden);
  const { questionId, number, points, isWhole } = judged;

  async function submit(): Promise<Problem | null> {
    if (given.size === 0 && percent === '')
      return toProblem('REQUEST_INVALID', isWhole ? 'Choose a verdict or give a score.' : 'Choose a verdict.');
    const reply = await api.addReview(interviewId, {
      id,
      questionId,
      ...(given.size > 0 && { verdicts: [...given].map(([pointId, verdict]) => ({ pointId, verdict })) }),
      ...(percent !== '' && { score: Number(percent) / 100 }),
      ...(wasHidden.current && { isBlind: true }),
      rater: rater.trim(),
      reason: reason.trim(),
    });
    if (!reply.ok) return reply.problem;
    change({ rater: rater.trim() });
    announce(`Your judgement of question ${number} is on record.`);
    onClose();
    return null;
  }

  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title={isWhole ? `Judge question ${number}` : `Judge point ${points[0]?.number} of question ${number}`}
      intro="It stands beside what was judged before, which stays. What you leave open is not judged."
      submitLabel="Put on record"
      busyLabel="Putting on record…"
      closeLabel="Leave as it is"
      isAside
      onSubmit={submit}
    >
      {points.map((point) => (
        <fieldset key={point.id} className="verdicts">
          <legend className="verdicts-legend" dir="auto">
            <span className="soft">Point {point.number}.</span> {point.text}
          </legend>
          <div className="choices">
            {verdicts.map(([verdict, label]) => (
              <label key={verdict} className="choice">
                <input
                  type="radio"
                  className="choice-input"
                  name={`${id}-${point.id}`}
                  checked={given.get(point.id) === verdict}
                  onChange={() => setGiven(new Map([...given, [point.id, verdict]]))}
                />
                <span className="choice-face">
                  <Icon name={label.icon} />
                  {label.text}
                </span>
              </label>
            ))}
          </div>
        </fieldset>
      ))}
      {isWhole && (
        <Field
          label="Score in per cent (optional)"
          hint="Holds instead of the verdicts, for the question as a whole. Leave it empty to let the points decide."
        >
          {(ids) => (
            <input
              {...ids}
              className="input score-input number"
              type="number"
              inputMode="numeric"
              min={0}
              max={100}
              step={1}
              value={percent}
              onChange={(event) => setPercent(event.target.value)}
            />
          )}
        </Field>
      )}
      <ReasonField text={reason} onChange={setReason} />
      <RaterField name={rater} onChange={setRater} />
    </FormDialog>
  );
}
