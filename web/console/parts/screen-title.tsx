import { type ReactNode, useEffect, useRef } from 'react';

/** The title of a screen. It takes the focus that the last screen left behind, so a screen reader starts here. */
export function ScreenTitle({ children }: { children: ReactNode }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) title.current?.focus();
  }, []);
  return (
    <h1 className="screen-title" ref={title} tabIndex={-1} dir="auto">
      {children}
    </h1>
  );
}
