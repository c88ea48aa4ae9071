import { registerHooks } from 'node:module';

// Loaded before the service (`node --import`): it gets a SQLite journal with which it dies at a named point.

const mortal = new URL('./mortal.journal.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const isJournal = found.url.endsWith('/src/journal/sqlite/thread.ts') && context.parentURL !== mortal;
    return isJournal ? { ...found, url: mortal } : found;
  },
});
