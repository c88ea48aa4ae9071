import { useState } from 'react';
import { createId } from '../../../src/client/platform.ts';
import type { Problem } from '../../../src/client/problem.ts';
import { useAnnouncer } from '../../shared/announcer.tsx';
import type { Api } from '../api.ts';
import { Field } from './field.tsx';
import { FormDialog } from './form-dialog.tsx';

const MINUTE_MS = 60_000;
const REASON_CHARS_MAX = 500;
const extensions = [5, 10, 15, 30, 60, 1_440] as const;

function wordExtension(minutes: number): string {
  return minutes === 1_440 ? '1 day' : `${minutes} minutes`;
}

export interface CommandDialogProps {
  api: Api;
  interview: { interviewId: string; state: string };
  /** Whose it is, where that does not stand beside the dialog already. */
  name?: string;
  isOpen: boolean;
  onClose: () => void;
  /** The service has taken the command. */
  onDone?: () => void;
}

/** Give an interview more time. Mounted anew for every opening: one form is one command, however often it is sent. */
export function ExtendDialog({ api, interview, name, isOpen, onClose, onDone }: CommandDialogProps) {
  const { announce } = useAnnouncer();
  const [id] = useState(createId);
  const [minutes, setMinutes] = useState(interview.state === 'IDLE' ? 1_440 : 10);
  const [reason, setReason] = useState('');

  async function submit(): Promise<Problem | null> {
    const said = reason.trim() === '' ? {} : { reason: reason.trim() };
    const byMs = minutes * MINUTE_MS;
    const reply = await api.giveCommand(interview.interviewId, { type: 'deadline.extend', id, byMs, ...said });
    if (!reply.ok) return reply.problem;
    announce(`Extended by ${wordExtension(minutes)}.`);
    onDone?.();
    onClose();
    return null;
  }

  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title={name === undefined ? 'Extend the time' : `Extend the time of ${name}`}
      intro={
        interview.state === 'IDLE'
          ? 'The invitation stays open longer.'
          : 'The current prompt and the whole interview both get more time. The candidate sees it at once.'
      }
      submitLabel="Extend"
      busyLabel="Extending…"
      closeLabel="Leave as it is"
      onSubmit={submit}
    >
      <Field label="By">
        {(ids) => (
          <select
            {...ids}
            className="input"
            value={minutes}
            onChange={(event) => setMinutes(Number(event.target.value))}
          >
            {extensions.map((count) => (
              <option key={count} value={count}>
                {wordExtension(count)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Reason label="Reason (optional)" text={reason} onChange={setReason} />
    </FormDialog>
  );
}

/** End an interview for good. Mounted anew for every opening, too. */
export function CancelDialog({ api, interview, name, isOpen, onClose, onDone }: CommandDialogProps) {
  const { announce } = useAnnouncer();
  const [id] = useState(createId);
  const [reason, setReason] = useState('');

  async function submit(): Promise<Problem | null> {
    const command = { type: 'interview.cancel', id, reason: reason.trim() } as const;
    const reply = await api.giveCommand(interview.interviewId, command);
    if (!reply.ok) return reply.problem;
    announce('Interview cancelled.');
    onDone?.();
    onClose();
    return null;
  }

  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title={name === undefined ? 'Cancel this interview?' : `Cancel the interview of ${name}?`}
      intro="It ends at once and cannot be continued. What was answered stays readable here."
      submitLabel="Cancel the interview"
      busyLabel="Cancelling…"
      closeLabel="Keep it running"
      look="danger"
      onSubmit={submit}
    >
      <Reason label="Reason" text={reason} onChange={setReason} isRequired />
    </FormDialog>
  );
}

/** Why a command is given, for the journal. */
export function Reason({
  label,
  text,
  onChange,
  isRequired = false,
}: {
  label: string;
  text: string;
  onChange: (text: string) => void;
  isRequired?: boolean;
}) {
  return (
    <Field label={label} hint="Kept in the journal with your command.">
      {(ids) => (
        <textarea
          {...ids}
          className="input"
          dir="auto"
          rows={2}
          maxLength={REASON_CHARS_MAX}
          required={isRequired}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
