import { useEffect, useRef } from 'react';

const textInputs = 'input:not([type="radio"], [type="checkbox"], [type="button"]), textarea, select, [contenteditable]';

/** Whether a key that was pressed there was meant for something else. */
function isTaken({ target, altKey, ctrlKey, metaKey, defaultPrevented }: KeyboardEvent): boolean {
  if (defaultPrevented || altKey || ctrlKey || metaKey) return true;
  if (target instanceof Element && target.closest(textInputs)) return true;
  return document.querySelector('[role="dialog"], [role="alertdialog"]') !== null;
}

/** Single keys that do something on this page, except in a text or a dialog. They can be switched off (WCAG 2.1.4). */
export function useShortcuts(actions: Readonly<Record<string, () => void>>, isOn: boolean): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    if (!isOn) return;
    function press(event: KeyboardEvent): void {
      const act = latest.current[event.key];
      if (!act || isTaken(event)) return;
      event.preventDefault();
      act();
    }
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [isOn]);
}
