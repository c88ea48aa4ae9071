import { useEffect, useRef, useState } from 'react';
import type { CandidateView, PromptView } from '../../../src/protocol.ts';
import { useAnnouncer } from '../../shared/announcer.tsx';
import { Button } from '../../shared/button.tsx';
import { Confirm } from '../../shared/confirm.tsx';
import { Icon } from '../../shared/icon.tsx';
import { useTimeLeft } from '../../shared/use-time-left.ts';
import { AnswerBox } from '../parts/answer-box.tsx';
import { FollowUpReason } from '../parts/earlier.tsx';
import { ScreenHeading } from '../parts/heading.tsx';
import { Rail } from '../parts/rail.tsx';
import { SaveStatus } from '../parts/save-status.tsx';
import { useCommand, useSession } from '../session.ts';
import { useKeeper } from '../use-keeper.ts';
import { useTimeWarnings } from '../use-time-warnings.ts';
import { describeProblem } from '../wording.ts';

const submitKeys = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘ Enter' : 'Ctrl Enter';

/** A question or a follow-up, with the box to answer it. One instance a prompt. */
export function Question({ view, prompt }: { view: CandidateView; prompt: PromptView }) {
  const { drafts, offsetMs, connection, note, markClosed } = useSession();
  const { busyWith, problem, setProblem, give } = useCommand();
  const { alarm } = useAnnouncer();
  const { keeper, draft } = useKeeper(prompt);
  const [dialog, setDialog] = useState<'skip' | 'end' | null>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const leftMs = useTimeLeft(prompt.deadlineAt, offsetMs);
  const allottedMs = (prompt.deadlineAt ?? 0) - prompt.askedAt;
  useTimeWarnings(leftMs, allottedMs);

  const isTimeUp = leftMs === 0;
  const isSubmitting = busyWith === 'answer.submit';
  const isConnected = connection === 'open';

  const shownProblem = problem ?? (draft.isTooLong ? describeProblem('ANSWER_TOO_LONG') : null);
  useEffect(() => {
    if (!draft.isTooLong) return;
    alarm(describeProblem('ANSWER_TOO_LONG'));
    return () => alarm('');
  }, [draft.isTooLong, alarm]);

  async function submit(): Promise<void> {
    if (busyWith || isTimeUp) return;
    const code = draft.text.trim() === '' ? 'ANSWER_BLANK' : draft.isTooLong ? 'ANSWER_TOO_LONG' : null;
    if (code) {
      setProblem(describeProblem(code));
      box.current?.focus();
      return;
    }
    await close({ type: 'answer.submit', promptId: prompt.id, text: draft.text });
  }

  /** No draft may follow the command that closes the prompt; when it is refused, all goes on as before. */
  async function close(command: Parameters<typeof give>[0]): Promise<void> {
    markClosed(prompt.id);
    keeper.hold(true);
    if (await give(command)) return;
    markClosed(null);
    keeper.hold(false);
  }

  async function pause(): Promise<void> {
    keeper.flush();
    await give({ type: 'interview.pause' });
  }

  const may = (type: string) => view.allowed.includes(type);
  return (
    <div className="workspace">
      <Rail view={view} prompt={prompt} leftMs={leftMs} allottedMs={allottedMs} />
      <article className="card sheet">
        {note && (
          <p className="note tone-warn">
            <Icon name="clock" />
            <span>{note}</span>
          </p>
        )}
        {prompt.kind === 'followUp' && <p className="eyebrow">Follow-up</p>}
        <ScreenHeading className="prompt text">{prompt.text}</ScreenHeading>
        {prompt.kind === 'followUp' && <FollowUpReason prompt={prompt} drafts={drafts} />}
        {draft.other !== undefined && (
          <div className="note tone-warn">
            <Icon name="device" />
            <div>
              <p>You continued this answer on another device. This device still has a different text.</p>
              <div className="note-actions">
                <Button onClick={keeper.useOther}>Use the text from this device</Button>
                <Button look="quiet" onClick={keeper.dismissOther}>
                  Keep what is shown
                </Button>
              </div>
            </div>
          </div>
        )}
        <AnswerBox
          ref={box}
          text={draft.text}
          charsMax={view.plan.answerCharsMax}
          isReadOnly={isSubmitting || isTimeUp}
          problem={shownProblem}
          onEdit={(text) => {
            if (problem) setProblem(null);
            keeper.edit(text);
          }}
          onBlur={keeper.flush}
          onSubmit={submit}
        />
        <div className="actions">
          <SaveStatus draft={draft} isConnected={isConnected} />
          <div className="actions-main">
            {prompt.isSkippable && may('prompt.skip') && (
              <Button look="quiet" onClick={() => setDialog('skip')}>
                <Icon name="skip" />
                Skip
              </Button>
            )}
            <Button
              look="primary"
              isBusy={isSubmitting || isTimeUp}
              onClick={submit}
              aria-keyshortcuts="Control+Enter Meta+Enter"
            >
              {isTimeUp ? 'Time is up' : isSubmitting ? (isConnected ? 'Sending…' : 'Will be sent…') : 'Submit answer'}
              {!isSubmitting && !isTimeUp && (
                <span className="keys" aria-hidden="true">
                  {submitKeys}
                </span>
              )}
            </Button>
          </div>
        </div>
      </article>
      <div className="controls">
        {may('interview.pause') && (
          <Button isBusy={busyWith === 'interview.pause'} onClick={pause}>
            <Icon name="pause" />
            {busyWith === 'interview.pause' && !isConnected ? 'Will be sent…' : 'Pause'}
          </Button>
        )}
        {may('interview.end') && (
          <Button look="quiet" onClick={() => setDialog('end')}>
            <Icon name="stop" />
            End interview
          </Button>
        )}
      </div>
      <Confirm
        isOpen={dialog === 'skip'}
        title={prompt.kind === 'followUp' ? 'Skip this follow-up?' : 'Skip this question?'}
        confirmLabel="Skip it"
        cancelLabel="Keep answering"
        look="primary"
        onConfirm={() => close({ type: 'prompt.skip', promptId: prompt.id })}
        onClose={() => setDialog(null)}
      >
        {draft.text.trim() === ''
          ? 'You cannot come back to it. Skipping is fine and the interview goes on.'
          : 'You cannot come back to it, and what you have written here does not count as an answer.'}
      </Confirm>
      <Confirm
        isOpen={dialog === 'end'}
        title="End the interview now?"
        confirmLabel="End interview"
        cancelLabel="Go on"
        onConfirm={() => close({ type: 'interview.end' })}
        onClose={() => setDialog(null)}
      >
        It cannot be continued afterwards. What you have answered so far is stored and goes to the team
        {draft.text.trim() === '' ? '.' : '; the answer in the box is not submitted yet.'}
      </Confirm>
    </div>
  );
}
