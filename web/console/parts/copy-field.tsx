import { useRef, useState } from 'react';
import { useAnnouncer } from '../../shared/announcer.tsx';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import { Field } from './field.tsx';

/** A text to take away. Where the clipboard is forbidden (plain http), the text is selected for the person to copy. */
export function CopyField({ label, hint, text }: { label: string; hint: string; text: string }) {
  const { announce } = useAnnouncer();
  const box = useRef<HTMLInputElement>(null);
  const [note, setNote] = useState<'copied' | 'selected' | null>(null);

  async function copy(): Promise<void> {
    box.current?.select();
    try {
      await navigator.clipboard.writeText(text);
      setNote('copied');
      announce(`${label} copied.`);
    } catch {
      setNote('selected');
      announce(`${label} selected. Copy it with your keyboard.`);
    }
  }

  return (
    <Field label={label} hint={hint}>
      {(ids) => (
        <div className="copy">
          <input
            {...ids}
            ref={box}
            className="input mono"
            readOnly
            value={text}
            onFocus={(event) => event.target.select()}
          />
          <Button onClick={copy} aria-label={`Copy the ${label.toLowerCase()}`}>
            <Icon name={note === 'copied' ? 'check' : 'copy'} />
            <span className="copy-word">
              {note === 'copied' ? 'Copied' : note === 'selected' ? 'Selected' : 'Copy'}
            </span>
          </Button>
        </div>
      )}
    </Field>
  );
}
