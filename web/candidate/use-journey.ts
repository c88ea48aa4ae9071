import { useCallback, useEffect, useRef, useState } from 'react';
import type { CandidateView } from '../../src/protocol.ts';
import { useAnnouncer } from '../shared/announcer.tsx';
import type { Drafts } from './drafts.ts';
import { describeChange, noteFor, ranOut } from './journey.ts';

/** Follow the interview from view to view: announce what changed, remember why a prompt closed by itself. */
export function useJourney(view: CandidateView | null, drafts: Drafts) {
  const { announce } = useAnnouncer();
  const before = useRef<CandidateView | null>(null);
  const closedId = useRef<string | null>(null);
  const noteForPromptId = useRef<string | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const [hadStarted, setHadStarted] = useState(false);

  useEffect(() => {
    if (!view || before.current === view) return;
    const last = before.current;
    before.current = view;
    if (view.state !== 'IDLE' && view.state !== 'COMPLETE') setHadStarted(true);
    if (view.state === 'COMPLETE') drafts.clear();

    const isOut = ranOut(last, view, closedId.current);
    const promptId = view.prompt?.id ?? null;
    if (isOut) {
      setNote(noteFor(view));
      noteForPromptId.current = promptId;
    } else if (promptId !== null && noteForPromptId.current === null) {
      // The note was made while the answer was being read: it belongs to the prompt that comes now.
      noteForPromptId.current = promptId;
    } else if (promptId !== null && noteForPromptId.current !== promptId) {
      setNote(null);
      noteForPromptId.current = promptId;
    }
    if (view.state === 'EVALUATING' && !isOut && last?.prompt) setNote(null);

    const said = describeChange(last, view);
    const parts = [isOut ? noteFor(view) : null, said].filter((part) => part !== null);
    if (parts.length > 0) announce(parts.join(' '));
  }, [view, drafts, announce]);

  const markClosed = useCallback((promptId: string | null) => {
    closedId.current = promptId;
  }, []);
  return { note, hadStarted, markClosed };
}
