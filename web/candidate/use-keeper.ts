import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { PromptView } from '../../src/protocol.ts';
import { createKeeper } from './keeper.ts';
import { useSession } from './session.ts';

function later(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

/** Keep the text of one prompt while its box is on the screen, and send it whenever the page may be about to go. */
export function useKeeper(prompt: PromptView) {
  const { client, drafts, view, offsetMs } = useSession();
  const offset = useRef(offsetMs);
  offset.current = offsetMs;
  const [keeper] = useState(() =>
    createKeeper({
      prompt,
      charsMax: view.plan.answerCharsMax,
      drafts,
      save: (text) => client.send({ type: 'answer.draft', promptId: prompt.id, text }),
      now: () => Date.now() + offset.current,
      later,
    }),
  );
  useEffect(() => keeper.setDeadline(prompt.deadlineAt), [keeper, prompt.deadlineAt]);
  useEffect(() => keeper.receive(prompt.draft ?? ''), [keeper, prompt.draft]);
  useEffect(() => {
    keeper.start();
    const flush = () => keeper.flush();
    document.addEventListener('visibilitychange', flush);
    addEventListener('pagehide', flush);
    return () => {
      document.removeEventListener('visibilitychange', flush);
      removeEventListener('pagehide', flush);
      keeper.stop();
    };
  }, [keeper]);
  return { keeper, draft: useSyncExternalStore(keeper.subscribe, keeper.getState) };
}
