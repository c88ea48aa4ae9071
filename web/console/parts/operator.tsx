import { useState } from 'react';
import type { ReviewerView } from '../../../src/protocol.ts';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import type { Api, ReportDigest } from '../api.ts';
import { AccommodateDialog } from './accommodate-dialog.tsx';
import { CancelDialog, ExtendDialog } from './command-dialogs.tsx';

/** What an operator may do to a running interview. Buttons stay in place; what the state forbids is greyed out. */
export function OperatorActions({ api, view, report }: { api: Api; view: ReviewerView; report: ReportDigest | null }) {
  const [open, setOpen] = useState<'extend' | 'accommodate' | 'cancel' | null>(null);
  // A new form for every opening: with its own command id, so pressing twice does it once.
  const [round, setRound] = useState(0);
  const canExtend = view.allowed.includes('deadline.extend');
  const canAccommodate = view.allowed.includes('accommodation.change') && report !== null;
  const canCancel = view.allowed.includes('interview.cancel');
  const show = (dialog: 'extend' | 'accommodate' | 'cancel') => {
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
        isBusy={!canAccommodate}
        title={canAccommodate ? undefined : 'The interview is over'}
        onClick={() => show('accommodate')}
      >
        <Icon name="person" />
        Time allowed
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
      <ExtendDialog key={`extend-${round}`} api={api} interview={view} isOpen={open === 'extend'} onClose={close} />
      <AccommodateDialog
        key={`accommodate-${round}`}
        api={api}
        interview={view}
        accommodations={report?.accommodations}
        isOpen={open === 'accommodate'}
        onClose={close}
      />
      <CancelDialog key={`cancel-${round}`} api={api} interview={view} isOpen={open === 'cancel'} onClose={close} />
    </>
  );
}
