import { Dialog } from '@base-ui/react/dialog';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Problem } from '../../../src/client/problem.ts';
import { Button, type ButtonLook } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';

/** What a person reads when the service refused. */
export function ProblemNote({ problem }: { problem: Problem }) {
  return (
    <div className="note tone-danger" role="alert">
      <Icon name="alert" />
      <div>
        <strong>{problem.title}.</strong> {problem.detail}
        {problem.problems?.map(({ path, message }) => (
          <div key={path + message}>
            <code>{path}</code> {message}
          </div>
        ))}
      </div>
    </div>
  );
}

/**
 * A form in a dialog, which stays open until the service has answered, and when somebody clicks beside it: what stands
 * in it would be lost. `onSubmit` returns what was refused, or null.
 */
export function FormDialog({
  isOpen,
  onClose,
  title,
  intro,
  submitLabel,
  busyLabel,
  closeLabel = 'Close',
  look = 'primary',
  isAside = false,
  onSubmit,
  children,
}: {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  intro: ReactNode;
  /** Absent = there is nothing to submit any more. */
  submitLabel?: string;
  busyLabel?: string;
  closeLabel?: string;
  look?: ButtonLook;
  /** Where there is room it stands at the side, so that the page can be read beside it. */
  isAside?: boolean;
  onSubmit: () => Promise<Problem | null>;
  children: ReactNode;
}) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isBusy || !submitLabel) return;
    setBusy(true);
    setProblem(null);
    setProblem(await onSubmit());
    setBusy(false);
  }

  function close(): void {
    setProblem(null);
    onClose();
  }

  return (
    <Dialog.Root open={isOpen} disablePointerDismissal onOpenChange={(isNowOpen) => !isNowOpen && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={isAside ? 'backdrop backdrop-aside' : 'backdrop'} />
        <Dialog.Popup className={isAside ? 'dialog dialog-aside' : 'dialog'}>
          <Dialog.Title className="dialog-title">{title}</Dialog.Title>
          <Dialog.Description className="soft" render={<div />}>
            {intro}
          </Dialog.Description>
          <form className="form" onSubmit={submit}>
            {children}
            {problem && <ProblemNote problem={problem} />}
            <div className="dialog-actions">
              <Dialog.Close className="button">{closeLabel}</Dialog.Close>
              {submitLabel && (
                <Button type="submit" look={look} isBusy={isBusy}>
                  {isBusy ? (busyLabel ?? submitLabel) : submitLabel}
                </Button>
              )}
            </div>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
