import type { ReactNode } from 'react';
import { Brand } from '../../shared/brand.tsx';

/** The frame around every screen: the bar with the name and the interview, news about the connection, the screen. */
export function Frame({
  title,
  banner,
  children,
}: {
  title?: string | undefined;
  banner?: ReactNode;
  children: ReactNode;
}) {
  return (
    <>
      <header className="bar">
        <div className="bar-inner">
          <Brand />
          {title && (
            <span className="bar-title" dir="auto">
              {title}
            </span>
          )}
        </div>
        {banner}
      </header>
      <main className="page">{children}</main>
    </>
  );
}
