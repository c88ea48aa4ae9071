import { useEffect, useState } from 'react';
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
      <CopyField
        label="Reviewer link"
        hint="Shows answers and scores. Whoever has it can judge them and sign off."
        text={links.reviewerUrl}
      />
    </>
  );
}

/** The links again, for who closed the dialog that showed them or has to send one anew. */
export function LinksButton({ api, interviewId }: { api: Api; interviewId: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Icon name="copy" />
        Links
      </Button>
      {isOpen && <LinksDialog api={api} interviewId={interviewId} onClose={() => setOpen(false)} />}
    </>
  );
}

/**
 * What sending a link again means: links are made from the interview itself, so there is only ever one of each kind.
 * It opens when the answer is there, so it has its size at once.
 */
export function LinksDialog({ api, interviewId, onClose }: { api: Api; interviewId: string; onClose: () => void }) {
  const [reply, setReply] = useState<Reply<InterviewLinks> | null>(null);
  useEffect(() => {
    let isWanted = true;
    api.readLinks(interviewId).then((answer) => isWanted && setReply(answer));
    return () => {
      isWanted = false;
    };
  }, [api, interviewId]);
  return (
    <FormDialog
      isOpen={reply !== null}
      onClose={onClose}
      title="Links of this interview"
      intro="They are the same ones as at its creation: sending one again makes no second one, and takes back none that was sent. Whoever has a link can use it; cancelling or erasing the interview ends what it opens."
      onSubmit={nothingToSubmit}
    >
      {reply?.ok && <LinkFields links={reply.value} />}
      {reply?.ok === false && <ProblemNote problem={reply.problem} />}
    </FormDialog>
  );
}

const nothingToSubmit = (): Promise<Problem | null> => Promise.resolve(null);
