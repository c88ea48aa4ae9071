import type { KeyboardEvent } from 'react';
import { Field } from './field.tsx';

const NAME_CHARS_MAX = 100;
const REASON_CHARS_MAX = 2_000;

/** Who judges. */
export function RaterField({ name, onChange }: { name: string; onChange: (name: string) => void }) {
  return (
    <Field label="Your name" hint="Stands on record with what you say, and is kept in this browser.">
      {(ids) => (
        <input
          {...ids}
          className="input"
          dir="auto"
          autoComplete="name"
          required
          // A name of spaces alone is none.
          pattern=".*\S.*"
          maxLength={NAME_CHARS_MAX}
          value={name}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** Ctrl and Enter, or ⌘ and Enter, send the form from within a text. */
function sendOnEnter(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}

/** Why somebody judges as they do. */
export function ReasonField({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  return (
    <Field label="Reason" hint="Others read it. Ctrl and Enter send the form.">
      {(ids) => (
        <textarea
          {...ids}
          className="input"
          dir="auto"
          rows={3}
          required
          maxLength={REASON_CHARS_MAX}
          value={text}
          onKeyDown={sendOnEnter}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
