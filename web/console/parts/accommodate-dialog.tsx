import { useState } from 'react';
import { createId } from '../../../src/client/platform.ts';
import type { Problem } from '../../../src/client/problem.ts';
import { useAnnouncer } from '../../shared/announcer.tsx';
import type { ReportDigest } from '../api.ts';
import { type CommandDialogProps, Reason } from './command-dialogs.tsx';
import { Field } from './field.tsx';
import { FormDialog } from './form-dialog.tsx';

const choices = [
  { value: '1', text: 'As the plan has it' },
  { value: '1.25', text: '25% more' },
  { value: '1.5', text: '50% more' },
  { value: '2', text: 'Twice as much' },
  { value: '3', text: 'Three times as much' },
  { value: 'untimed', text: 'No time limits' },
];

/** What is given now; a multiplier from elsewhere is one more choice. */
function choicesWith(now: string) {
  return choices.some(({ value }) => value === now) ? choices : [{ value: now, text: `${now} times` }, ...choices];
}

/** Stretch the candidate's time, or take its limits away. Mounted anew for every opening: one form is one command. */
export function AccommodateDialog({
  api,
  interview,
  accommodations,
  isOpen,
  onClose,
  onDone,
}: CommandDialogProps & { accommodations: ReportDigest['accommodations'] | undefined }) {
  const { announce } = useAnnouncer();
  const [id] = useState(createId);
  const { untimed = false, timeMultiplier = 1 } = accommodations ?? {};
  const [given] = useState(untimed ? 'untimed' : String(timeMultiplier));
  const [wanted, setWanted] = useState(given);
  const [reason, setReason] = useState('');

  async function submit(): Promise<Problem | null> {
    const isUntimed = wanted === 'untimed';
    const asked = isUntimed ? { untimed: true } : { untimed: false, timeMultiplier: Number(wanted) };
    const said = reason.trim() === '' ? {} : { reason: reason.trim() };
    const reply = await api.giveCommand(interview.interviewId, { type: 'accommodation.change', id, ...asked, ...said });
    if (!reply.ok) return reply.problem;
    announce(isUntimed ? 'The time limits are gone.' : 'The time is changed.');
    onDone?.();
    onClose();
    return null;
  }

  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Change the time allowed"
      intro="For the prompt of now and all that follow, and for the whole interview. What is left never gets less."
      submitLabel="Change"
      busyLabel="Changing…"
      closeLabel="Leave as it is"
      onSubmit={submit}
    >
      <Field label="Time">
        {(ids) => (
          <select {...ids} className="input" value={wanted} onChange={(event) => setWanted(event.target.value)}>
            {choicesWith(given).map(({ value, text }) => (
              <option key={value} value={value}>
                {text}
                {value === given ? ' (now)' : ''}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Reason label="Reason (optional)" text={reason} onChange={setReason} />
    </FormDialog>
  );
}
