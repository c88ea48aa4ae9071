import { useState } from 'react';
import type { Problem } from '../../../src/client/problem.ts';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import type { Api, InterviewLinks, Reply } from '../api.ts';
import { CopyField } from './copy-field.tsx';
import { FormDialog, ProblemNote } from './form-dialog.tsx';

/** The two links of an interview, to take away. */
export function LinkFields({ links }: { links: InterviewLinks }) {
  return (
    <>
      <CopyField label="Candidate link" hint="Opens the interview." text={links.candidateUrl} />
      <CopyField label="Reviewer link" hint="Shows answers and scores, read only." text={links.reviewerUrl} />
    </>
  );
}

/** The links again, for who closed the dialog that showed them or has to send one anew. */
export function LinksButton({ api, interviewId }: { api: Api; interviewId: string }) {
  const [isBusy, setBusy] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const [reply, setReply] = useState<Reply<InterviewLinks> | null>(null);

  /** Opens when the answer is there, so the dialog has its size at once. */
  async function show(): Promise<void> {
    setBusy(true);
    setReply(await api.readLinks(interviewId));
    setBusy(false);
    setOpen(true);
  }

  return (
    <>
      <Button isBusy={isBusy} onClick={show}>
        <Icon name="copy" />
        Links
      </Button>
      <FormDialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title="Links of this interview"
        intro="They are the same as at its creation. Whoever has a link can use it."
        onSubmit={nothingToSubmit}
      >
        {reply?.ok && <LinkFields links={reply.value} />}
        {reply?.ok === false && <ProblemNote problem={reply.problem} />}
      </FormDialog>
    </>
  );
}

const nothingToSubmit = (): Promise<Problem | null> => Promise.resolve(null);
