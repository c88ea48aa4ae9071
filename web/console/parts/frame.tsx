import type { ReactNode } from 'react';
import { Link, useRoute } from 'wouter';
import { Brand } from '../../shared/brand.tsx';
import { Icon, type IconName } from '../../shared/icon.tsx';

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
            <nav className="bar-nav" aria-label="Console">
              <BarLink href="/" icon="list" text="Interviews" />
              {!place && <BarLink href="/reviews" icon="person" text="To review" />}
              {!place && <BarLink href="/statistics" icon="chart" text="Statistics" />}
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

function BarLink({ href, icon, text }: { href: string; icon: IconName; text: string }) {
  const [isHere] = useRoute(href);
  return (
    <Link href={href} className="bar-link" aria-current={isHere ? 'page' : undefined}>
      <Icon name={icon} />
      {text}
    </Link>
  );
}
