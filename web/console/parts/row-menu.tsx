import { type KeyboardEvent, type ToggleEvent, useId, useRef, useState } from 'react';
import { Icon, type IconName } from '../../shared/icon.tsx';
import type { Line } from '../api.ts';

export type RowAction = 'extend' | 'cancel' | 'links';

const actions: { action: RowAction; text: string; icon: IconName; isOpenOnly: boolean }[] = [
  { action: 'extend', text: 'Extend time…', icon: 'clock', isOpenOnly: true },
  { action: 'links', text: 'Send links again…', icon: 'copy', isOpenOnly: false },
  { action: 'cancel', text: 'Cancel interview…', icon: 'stop', isOpenOnly: true },
];

/** Room between a menu and its button, and at least to the edge of the window. Units: px. */
const GAP_PX = 4;

/**
 * What an operator may do to one interview of the list. What its state forbids is greyed out and stays in its place.
 *
 * The browser's own popover: above everything, closed by Escape and by a click beside it.
 */
export function RowMenu({
  line,
  name,
  onAct,
}: {
  line: Line;
  name: string;
  onAct: (action: RowAction, line: Line) => void;
}) {
  const id = useId();
  const trigger = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const isErased = line.erasedAt !== undefined;
  const isOver = line.state === 'COMPLETE' || isErased;

  const items = () => [...(menu.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];

  function close(): void {
    menu.current?.hidePopover();
    trigger.current?.focus();
  }

  /** Under the button, or above it where there is no room. */
  function place(event: ToggleEvent<HTMLDivElement>): void {
    setOpen(event.newState === 'open');
    const [box, own] = [trigger.current?.getBoundingClientRect(), menu.current?.getBoundingClientRect()];
    if (event.newState !== 'open' || !menu.current || !box || !own) return;
    const below = box.bottom + GAP_PX;
    const top = below + own.height > window.innerHeight ? box.top - GAP_PX - own.height : below;
    menu.current.style.top = `${Math.max(GAP_PX, top)}px`;
    menu.current.style.left = `${Math.max(GAP_PX, box.right - own.width)}px`;
    items()[0]?.focus();
  }

  function move(event: KeyboardEvent): void {
    const all = items();
    const index = all.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === 'Tab') close();
    if (next === undefined) return;
    event.preventDefault();
    all.at(next % all.length)?.focus();
  }

  return (
    <>
      <button
        ref={trigger}
        type="button"
        className="row-menu"
        popoverTarget={id}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-label={`Actions for ${name}`}
      >
        <Icon name="more" />
      </button>
      <div
        ref={menu}
        id={id}
        className="menu"
        popover="auto"
        role="menu"
        aria-label={`Actions for ${name}`}
        tabIndex={-1}
        onToggle={place}
        onKeyDown={move}
      >
        {actions.map(({ action, text, icon, isOpenOnly }) => {
          const isForbidden = isOpenOnly ? isOver : isErased;
          return (
            <button
              key={action}
              type="button"
              role="menuitem"
              tabIndex={-1}
              className={action === 'cancel' ? 'menu-item danger' : 'menu-item'}
              aria-disabled={isForbidden}
              onClick={() => {
                if (isForbidden) return;
                close();
                onAct(action, line);
              }}
            >
              <Icon name={icon} />
              {text}
            </button>
          );
        })}
      </div>
    </>
  );
}
