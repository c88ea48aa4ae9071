import '../theme.css';
import './candidate.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { openDrafts } from './drafts.ts';
import { createMockClient, isMockState, mockReceipt, mockStates } from './mock.ts';

// Design mode, `npx vite` then /candidate/dev.html?state=question: every screen without a service. Not in the build.

const root = createRoot(document.getElementById('root') as HTMLElement);
const wanted = new URLSearchParams(location.search).get('state') ?? '';

if (isMockState(wanted)) {
  const { client, store } = createMockClient(wanted);
  const readReceipt = () => mockReceipt(wanted);
  root.render(<App client={client} drafts={openDrafts(store, 'mock')} readReceipt={readReceipt} />);
} else {
  root.render(
    <main className="page">
      <h1>Screens</h1>
      <ul>
        {Object.keys(mockStates).map((name) => (
          <li key={name}>
            <a href={`?state=${name}`}>{name}</a>
          </li>
        ))}
      </ul>
    </main>,
  );
}
