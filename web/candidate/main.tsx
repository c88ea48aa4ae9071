import '../theme.css';
import './candidate.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createClient } from '../../src/client.ts';
import type { CandidateView } from '../../src/protocol.ts';
import { App } from './app.tsx';
import { openDrafts } from './drafts.ts';
import { readLink } from './link.ts';
import { fetchReceipt } from './receipt.ts';
import { Refused } from './screens/refused.tsx';
import { browserStore } from './storage.ts';

const root = createRoot(document.getElementById('root') as HTMLElement);
const link = readLink(location);

if (link) {
  const storage = browserStore();
  const client = createClient<CandidateView>({ url: location.origin, ...link, ...(storage ? { storage } : {}) });
  const readReceipt = () => fetchReceipt(location.origin, link.interviewId, link.token);
  client.connect();
  root.render(
    <StrictMode>
      <App client={client} drafts={openDrafts(storage, link.interviewId)} readReceipt={readReceipt} />
    </StrictMode>,
  );
} else {
  root.render(<Refused code="LINK_INCOMPLETE" />);
}

// The same page with another link in its address bar is another interview.
addEventListener('hashchange', () => location.reload());
