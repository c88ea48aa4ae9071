import { type FocusEvent, type KeyboardEvent, type Ref, useLayoutEffect, useRef } from 'react';

const countFormat = new Intl.NumberFormat('en');
const growsByItself = CSS.supports('field-sizing', 'content');

/** The box for the answer: grows with its text, tells the count, sends with Ctrl or Command and Enter. */
export function AnswerBox({
  ref,
  text,
  charsMax,
  isReadOnly,
  problem,
  onEdit,
  onBlur,
  onSubmit,
}: {
  ref: Ref<HTMLTextAreaElement>;
  text: string;
  charsMax: number;
  isReadOnly: boolean;
  problem: string | null;
  onEdit: (text: string) => void;
  onBlur: () => void;
  onSubmit: () => void;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const hasEntered = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const box = frame.current?.querySelector('textarea');
    if (growsByItself || !box) return;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight + 2}px`;
  }, [text]);

  /** Coming back to a draft, the caret belongs behind it; browsers put it before. A click places it itself. */
  function enter(event: FocusEvent<HTMLTextAreaElement>): void {
    const { selectionStart, selectionEnd } = event.target;
    // A selection was made by somebody on purpose: a screen reader, a dictation program.
    if (!hasEntered.current && selectionStart === 0 && selectionEnd === 0) {
      event.target.setSelectionRange(text.length, text.length);
    }
    hasEntered.current = true;
  }

  function press(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    onSubmit();
  }

  const isTooLong = text.length > charsMax;
  return (
    <div ref={frame} className="answer">
      <div className="answer-head">
        <label className="answer-label" htmlFor="answer">
          Your answer
        </label>
        <span id="answer-count" className={isTooLong ? 'answer-count answer-count-over' : 'answer-count'}>
          {countFormat.format(text.length)}
          <span aria-hidden="true"> / </span>
          <span className="visually-hidden"> of at most </span>
          {countFormat.format(charsMax)}
          <span className="visually-hidden"> characters</span>
        </span>
      </div>
      <textarea
        ref={ref}
        id="answer"
        className="answer-box"
        dir="auto"
        rows={8}
        value={text}
        readOnly={isReadOnly}
        aria-invalid={problem !== null || isTooLong || undefined}
        aria-describedby={problem ? 'answer-problem answer-count' : 'answer-count'}
        autoCapitalize="sentences"
        spellCheck
        onChange={(event) => onEdit(event.target.value)}
        onFocus={enter}
        onBlur={onBlur}
        onKeyDown={press}
      />
      {problem && (
        <p id="answer-problem" className="answer-problem">
          {problem}
        </p>
      )}
    </div>
  );
}
