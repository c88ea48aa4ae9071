import '../theme.css';
import './console.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { createClient } from '../../src/client.ts';
import { createApi } from './api.ts';
import { App } from './app.tsx';
import { browserStore, createPreferences } from './preferences.ts';
import { createQueue } from './queue.ts';
import { createSecrets, readSecret, tabStore } from './secrets.ts';
import { ServiceContext } from './service.ts';

const secrets = createSecrets(tabStore());

/** Take the secret of a link out of the address bar, so that it is in no history, bookmark or screenshot. */
function takeSecret(): boolean {
  const secret = readSecret(location);
  if (!secret) return false;
  secrets.keep(secret);
  history.replaceState(history.state, '', location.pathname + location.search);
  return true;
}

takeSecret();
// Another link pasted into the same tab changes the fragment only.
addEventListener('hashchange', () => takeSecret() && location.reload());

const service = {
  secrets,
  preferences: createPreferences(browserStore()),
  queue: createQueue(),
  openApi: (secret: string) => createApi(location.origin, secret),
  openClient: (interviewId: string, token: string) => createClient({ url: location.origin, interviewId, token }),
};

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <ServiceContext value={service}>
      <Router base="/console">
        <App />
      </Router>
    </ServiceContext>
  </StrictMode>,
);
