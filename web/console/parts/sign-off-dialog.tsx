import { useId, useState } from 'react';
import { createId } from '../../../src/client/platform.ts';
import type { Problem } from '../../../src/client/problem.ts';
import { useAnnouncer } from '../../shared/announcer.tsx';
import type { Api } from '../api.ts';
import { useJudging } from '../use-judging.ts';
import { Field } from './field.tsx';
import { FormDialog } from './form-dialog.tsx';
import { RaterField, ReasonField } from './rater-field.tsx';

const DECISION_CHARS_MAX = 100;
/** What is offered; any other words are as good. */
const decisions = ['Advance', 'Hold', 'Do not advance'];

/** Decide about a whole interview, and so end one's judging of it. Mounted anew for every opening. */
export function SignOffDialog({
  api,
  interviewId,
  isHidden,
  isOpen,
  onClose,
}: {
  api: Api;
  interviewId: string;
  /** Some of what others made of it was not shown. */
  isHidden: boolean;
  isOpen: boolean;
  onClose: () => void;
}) {
  const { announce } = useAnnouncer();
  const { judging, change } = useJudging();
  const [id] = useState(createId);
  const listId = useId();
  const [wasHidden] = useState(isHidden);
  const [decision, setDecision] = useState('');
  const [reason, setReason] = useState('');
  const [rater, setRater] = useState(judging.rater);

  async function submit(): Promise<Problem | null> {
    const said = { decision: decision.trim(), rater: rater.trim(), reason: reason.trim() };
    const reply = await api.addReview(interviewId, { id, ...said, ...(wasHidden && { isBlind: true }) });
    if (!reply.ok) return reply.problem;
    change({ rater: said.rater });
    announce(`Signed off: ${said.decision}.`);
    onClose();
    return null;
  }

  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Sign off"
      intro="Your decision on the whole interview. Earlier ones stay on record; the newest holds."
      submitLabel="Sign off"
      busyLabel="Signing off…"
      closeLabel="Not yet"
      onSubmit={submit}
    >
      <Field label="Decision" hint={`For example: ${decisions.join(', ')}.`}>
        {(ids) => (
          <>
            <input
              {...ids}
              className="input"
              dir="auto"
              list={listId}
              required
              pattern=".*\S.*"
              maxLength={DECISION_CHARS_MAX}
              value={decision}
              onChange={(event) => setDecision(event.target.value)}
            />
            <datalist id={listId}>
              {decisions.map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <ReasonField text={reason} onChange={setReason} />
      <RaterField name={rater} onChange={setRater} />
    </FormDialog>
  );
}
