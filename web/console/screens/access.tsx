import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import { Field } from '../parts/field.tsx';
import { Frame } from '../parts/frame.tsx';

/** Asks for the admin key when the page was opened without one, or with one that does not open it. */
export function Access({ problem, onKey }: { problem?: string | undefined; onKey: (adminKey: string) => void }) {
  const [key, setKey] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = 'Access · viva console';
    heading.current?.focus();
  }, []);

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (key.trim() !== '') onKey(key.trim());
  }

  return (
    <Frame>
      <form className="card access form" onSubmit={submit}>
        <h1 className="access-title" ref={heading} tabIndex={-1}>
          This page needs a key
        </h1>
        <p className="soft">
          Open it with the link that you were given: a reviewer’s link shows one interview. Operators use the admin key,
          which the service prints when it starts in development.
        </p>
        {problem && (
          <p className="note tone-danger" role="alert">
            <Icon name="alert" />
            {problem}
          </p>
        )}
        <Field label="Admin key" hint="Kept in this tab only, until you close it.">
          {(ids) => (
            <input
              {...ids}
              className="input mono"
              type="password"
              autoComplete="current-password"
              required
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" look="primary">
          Open the console
        </Button>
      </form>
    </Frame>
  );
}
