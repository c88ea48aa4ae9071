import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { sayWeights } from './bin/weight.ts';

// Two pages, two entries: a candidate never downloads the console.
// Nothing is inlined (assetsInlineLimit 0, no preload polyfill), so the pages run under a CSP of 'self' alone.

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where `npm start` listens; `npx vite` sends the API and the socket there. */
const service = process.env.VIVA_URL ?? 'http://127.0.0.1:3000';

export default defineConfig({
  root: at('./web'),
  publicDir: false,
  plugins: [react(), sayWeights()],
  build: {
    outDir: at('./dist/web'),
    emptyOutDir: true,
    manifest: true,
    // Beside the pages go the licences of all that is in them.
    license: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        candidate: at('./web/candidate/index.html'),
        console: at('./web/console/index.html'),
      },
    },
  },
  server: { proxy: { '/api': { target: service, ws: true } } },
});
