import '../theme.css';
import './console.css';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { memoryLocation } from 'wouter/memory-location';
import { App } from './app.tsx';
import { mockScenes, mockService } from './mock.ts';
import { ServiceContext } from './service.ts';

// Design mode, `npx vite` then /console/dev.html?scene=running: every screen without a service. Not in the build.

const root = createRoot(document.getElementById('root') as HTMLElement);
const name = new URLSearchParams(location.search).get('scene') ?? '';
const scene = mockScenes[name];

if (scene) {
  const { service, advance } = mockService(name);
  const { hook, searchHook } = memoryLocation({ path: scene.path });
  addEventListener('mock-advance', advance);
  root.render(
    <ServiceContext value={service}>
      <Router hook={hook} searchHook={searchHook}>
        <App />
      </Router>
    </ServiceContext>,
  );
} else {
  root.render(
    <main className="page">
      <h1>Scenes</h1>
      <ul>
        {Object.keys(mockScenes).map((one) => (
          <li key={one}>
            <a href={`?scene=${one}`}>{one}</a>
          </li>
        ))}
      </ul>
    </main>,
  );
}
