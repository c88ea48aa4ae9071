import { useEffect, useState, useSyncExternalStore } from 'react';
import { AnnouncerRoot } from '../shared/announcer.tsx';
import type { Drafts } from './drafts.ts';
import { placeOf } from './journey.ts';
import { ConnectionBanner } from './parts/banner.tsx';
import { Frame } from './parts/frame.tsx';
import type { Client, ClientState } from './port.ts';
import type { Receipt } from './receipt.ts';
import { Connecting } from './screens/connecting.tsx';
import { Done } from './screens/done.tsx';
import { Evaluating } from './screens/evaluating.tsx';
import { Paused } from './screens/paused.tsx';
import { Question } from './screens/question.tsx';
import { Refused } from './screens/refused.tsx';
import { Superseded } from './screens/superseded.tsx';
import { Welcome } from './screens/welcome.tsx';
import { SessionContext } from './session.ts';
import { useJourney } from './use-journey.ts';

interface Parts {
  client: Client;
  drafts: Drafts;
  readReceipt: () => Promise<Receipt>;
}

/** The candidate's page: one interview, from the invitation to its end. */
export function App({ client, ...parts }: Parts) {
  const state = useSyncExternalStore(client.subscribe, client.getState);
  return (
    <AnnouncerRoot>
      <Journey client={client} state={state} {...parts} />
    </AnnouncerRoot>
  );
}

function Journey({ client, drafts, readReceipt, state }: Parts & { state: ClientState }) {
  const { view } = state;
  const { note, hadStarted, markClosed } = useJourney(view, drafts);
  useEffect(() => {
    document.title = titleOf(state);
  }, [state]);
  // What was said is to be gone, on this device too.
  const isErased = state.connection === 'refused' && state.problem?.code === 'INTERVIEW_ERASED';
  useEffect(() => {
    if (isErased) drafts.clear();
  }, [isErased, drafts]);

  // Back from another tab, the old view may hold an older draft than that tab wrote: wait for the new one.
  const [isReturning, setIsReturning] = useState(false);
  if (state.connection === 'superseded' && !isReturning) setIsReturning(true);
  if (state.connection === 'open' && isReturning) setIsReturning(false);

  if (state.connection === 'refused') return <Refused code={state.problem?.code ?? ''} />;
  if (state.connection === 'superseded') return <Superseded onTakeOver={client.takeOver} />;
  if (!view || isReturning) return <Connecting />;
  const offsetMs = state.serverOffsetMs;
  return (
    <SessionContext
      value={{ client, drafts, readReceipt, view, offsetMs, connection: state.connection, note, markClosed }}
    >
      <Frame
        title={view.state === 'IDLE' ? undefined : view.plan.title}
        banner={<ConnectionBanner connection={state.connection} />}
      >
        {view.state === 'IDLE' && <Welcome view={view} />}
        {view.state === 'EVALUATING' && <Evaluating view={view} note={note} />}
        {view.state === 'COMPLETE' && <Done view={view} hadStarted={hadStarted} />}
        {view.prompt && view.paused && <Paused view={view} prompt={view.prompt} />}
        {view.prompt && !view.paused && <Question key={view.prompt.id} view={view} prompt={view.prompt} />}
      </Frame>
    </SessionContext>
  );
}

function titleOf({ view, connection }: ClientState): string {
  if (connection === 'refused') return 'This link cannot be opened';
  if (connection === 'superseded') return 'Open in another tab';
  if (!view) return 'Opening your interview';
  if (view.state === 'COMPLETE') return `Finished · ${view.plan.title}`;
  if (view.paused) return `Paused · ${view.plan.title}`;
  if (view.state === 'EVALUATING') return `Reading your answer · ${view.plan.title}`;
  return view.prompt ? `${placeOf(view.prompt)} · ${view.plan.title}` : view.plan.title;
}
