import { registerHooks } from 'node:module';

// Loaded before the service: its evaluator answers at once, so that what is measured is the service.

const instant = new URL('./instant.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    return found.url.endsWith('/src/evaluators/rubric.ts') ? { ...found, url: instant } : found;
  },
});
