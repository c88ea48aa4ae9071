import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';

interface Announcer {
  /** Said when the reader is idle: new prompts, states, time. */
  announce: (text: string) => void;
  /** Said at once: something went wrong. An empty text takes it back. */
  alarm: (text: string) => void;
}

const AnnouncerContext = createContext<Announcer>({ announce: () => {}, alarm: () => {} });

/** Say something to people who use a screen reader. */
export const useAnnouncer = () => useContext(AnnouncerContext);

/**
 * The two live regions of a page. They stand in the document from the start: a region that is inserted together with
 * its text is often not read. The same text twice is made different by a trailing no-break space, so it is read twice.
 */
export function AnnouncerRoot({ children }: { children: ReactNode }) {
  const [polite, setPolite] = useState('');
  const [assertive, setAssertive] = useState('');
  const announce = useCallback((text: string) => setPolite((old) => (old === text ? `${text}\u00a0` : text)), []);
  const alarm = useCallback(
    (text: string) => setAssertive((old) => (old === text && text ? `${text}\u00a0` : text)),
    [],
  );
  const announcer = useMemo(() => ({ announce, alarm }), [announce, alarm]);
  return (
    <AnnouncerContext value={announcer}>
      {children}
      <div className="visually-hidden" role="status" aria-live="polite">
        {polite}
      </div>
      <div className="visually-hidden" role="alert" aria-live="assertive">
        {assertive}
      </div>
    </AnnouncerContext>
  );
}
