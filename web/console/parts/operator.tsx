import { useState } from 'react';
import { createId } from '../../../src/client/platform.ts';
import type { Problem } from '../../../src/client/problem.ts';
import type { ReviewerView } from '../../../src/protocol.ts';
import { useAnnouncer } from '../../shared/announcer.tsx';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import type { Api } from '../api.ts';
import { Field } from './field.tsx';
import { FormDialog } from './form-dialog.tsx';

const MINUTE_MS = 60_000;
const REASON_CHARS_MAX = 500;
const extensions = [5, 10, 15, 30, 60, 1_440] as const;

function wordExtension(minutes: number): string {
  return minutes === 1_440 ? '1 day' : `${minutes} minutes`;
}

/** What an operator may do to a running interview. Buttons stay in place; what the state forbids is greyed out. */
export function OperatorActions({ api, view }: { api: Api; view: ReviewerView }) {
  const [open, setOpen] = useState<'extend' | 'cancel' | null>(null);
  // A new form for every opening: with its own command id, so pressing twice does it once.
  const [round, setRound] = useState(0);
  const canExtend = view.allowed.includes('deadline.extend');
  const canCancel = view.allowed.includes('interview.cancel');
  const show = (dialog: 'extend' | 'cancel') => {
    setRound(round + 1);
    setOpen(dialog);
  };
  const close = () => setOpen(null);
  return (
    <>
      <Button
        isBusy={!canExtend}
        title={canExtend ? undefined : 'Possible while the candidate has the clock'}
        onClick={() => show('extend')}
      >
        <Icon name="clock" />
        Extend time
      </Button>
      <Button
        isBusy={!canCancel}
        title={canCancel ? undefined : 'The interview is over'}
        className="button-caution"
        onClick={() => show('cancel')}
      >
        <Icon name="stop" />
        Cancel interview
      </Button>
      <ExtendDialog key={`extend-${round}`} api={api} view={view} isOpen={open === 'extend'} onClose={close} />
      <CancelDialog key={`cancel-${round}`} api={api} view={view} isOpen={open === 'cancel'} onClose={close} />
    </>
  );
}

interface CommandDialogProps {
  api: Api;
  view: ReviewerView;
  isOpen: boolean;
  onClose: () => void;
}

function ExtendDialog({ api, view, isOpen, onClose }: CommandDialogProps) {
  const { announce } = useAnnouncer();
  const [id] = useState(createId);
  const [minutes, setMinutes] = useState(view.state === 'IDLE' ? 1_440 : 10);
  const [reason, setReason] = useState('');

  async function submit(): Promise<Problem | null> {
    const said = reason.trim() === '' ? {} : { reason: reason.trim() };
    const byMs = minutes * MINUTE_MS;
    const reply = await api.giveCommand(view.interviewId, { type: 'deadline.extend', id, byMs, ...said });
    if (!reply.ok) return reply.problem;
    announce(`Extended by ${wordExtension(minutes)}.`);
    onClose();
    return null;
  }

  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Extend the time"
      intro={
        view.state === 'IDLE'
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

function CancelDialog({ api, view, isOpen, onClose }: CommandDialogProps) {
  const { announce } = useAnnouncer();
  const [id] = useState(createId);
  const [reason, setReason] = useState('');

  async function submit(): Promise<Problem | null> {
    const command = { type: 'interview.cancel', id, reason: reason.trim() } as const;
    const reply = await api.giveCommand(view.interviewId, command);
    if (!reply.ok) return reply.problem;
    announce('Interview cancelled.');
    onClose();
    return null;
  }

  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Cancel this interview?"
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

function Reason({
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
