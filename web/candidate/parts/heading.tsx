import { type ReactNode, useEffect, useRef } from 'react';

/** The heading of a screen. It takes the focus when the screen appears, so that reading starts there. */
export function ScreenHeading({
  children,
  className,
  isFocused = true,
}: {
  children: ReactNode;
  className?: string;
  isFocused?: boolean;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isFocused) return;
    scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [isFocused]);
  return (
    <h1 ref={heading} tabIndex={-1} className={className ?? 'screen-title'} dir="auto">
      {children}
    </h1>
  );
}
