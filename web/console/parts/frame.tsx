import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Brand } from '../../shared/brand.tsx';
import { Icon } from '../../shared/icon.tsx';

/** The frame around every screen: the bar, then the screen. `hasList` = the admin key is here, so there is a list. */
export function Frame({
  place,
  aside,
  hasList = false,
  children,
}: {
  place?: ReactNode;
  aside?: ReactNode;
  hasList?: boolean;
  children: ReactNode;
}) {
  return (
    <>
      <header className="bar">
        <div className="bar-inner">
          <Brand />
          {hasList && (
            <nav aria-label="Console">
              <Link href="/" className="bar-link">
                <Icon name="list" />
                Interviews
              </Link>
            </nav>
          )}
          {place && <div className="bar-place">{place}</div>}
          {aside && <div className="bar-aside">{aside}</div>}
        </div>
      </header>
      <main className="page">{children}</main>
    </>
  );
}
