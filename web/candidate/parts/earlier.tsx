import type { PromptView } from '../../../src/protocol.ts';
import { Icon } from '../../shared/icon.tsx';
import type { Drafts } from '../drafts.ts';

/** Why a follow-up is asked, and the main question with the candidate's own answer where this device still has it. */
export function FollowUpReason({ prompt, drafts }: { prompt: PromptView; drafts: Drafts }) {
  const earlier = prompt.parentId ? drafts.read(prompt.parentId) : null;
  const questionText = prompt.parentText ?? earlier?.promptText;
  return (
    <aside className="follow-up" aria-label="Why this is asked">
      <p className="follow-up-reason">
        <Icon name="reply" />
        <span dir="auto">{prompt.reason ?? 'This goes deeper into your last answer.'}</span>
      </p>
      {questionText && (
        <details className="earlier">
          <summary>{earlier ? 'The question and what you wrote' : 'The question again'}</summary>
          <p className="earlier-question text" dir="auto">
            {questionText}
          </p>
          {earlier && (
            <p className="earlier-answer text text-verbatim" dir="auto">
              {earlier.text}
            </p>
          )}
        </details>
      )}
    </aside>
  );
}
