import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useAnnouncer } from '../../shared/announcer.tsx';
import { Icon } from '../../shared/icon.tsx';
import type { ClientState } from '../port.ts';

/** How long "connected again" stays. Units: ms. */
const BACK_SHOWN_MS = 5_000;

const messages = {
  away: 'Reconnecting… Keep writing: your text is kept on this device and sent as soon as it is back.',
  offline: 'You are offline. Keep writing: your text is kept on this device and sent as soon as you are back.',
  back: 'Connected again. Nothing was lost.',
} as const;

function subscribeOnline(listener: () => void): () => void {
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
}

/** News about the connection, when there is any: shown and said. */
export function ConnectionBanner({ connection }: { connection: ClientState['connection'] }) {
  const isOnline = useSyncExternalStore(subscribeOnline, () => navigator.onLine);
  const { announce } = useAnnouncer();
  const wasAway = useRef(false);
  const [isBack, setIsBack] = useState(false);
  const isAway = connection !== 'open';

  useEffect(() => {
    if (isAway) {
      wasAway.current = true;
      setIsBack(false);
      return;
    }
    if (!wasAway.current) return;
    wasAway.current = false;
    setIsBack(true);
    const timer = setTimeout(() => setIsBack(false), BACK_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isAway]);

  const news = isAway ? (isOnline ? 'away' : 'offline') : isBack ? 'back' : null;
  useEffect(() => {
    if (news) announce(messages[news]);
  }, [news, announce]);

  if (!news) return null;
  return (
    <div className={`banner ${news === 'back' ? 'tone-ok' : 'tone-warn'}`}>
      <Icon name={news === 'back' ? 'check' : 'offline'} />
      <span>{messages[news]}</span>
    </div>
  );
}
