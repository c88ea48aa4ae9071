import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { VivaError } from '../errors.ts';
import { interviewParams } from './access.ts';
import { problemResponses } from './problems.ts';
import type { App, Service } from './service.ts';

// Vite names assets by their content, so they never change; pages name assets, so they are never kept.
const ASSET_CACHE = 'public, max-age=31536000, immutable';

/** The built pages. A page is one file for all its addresses; which interview it shows is in the address. */
export function registerPages(app: App, { webRoot }: Service): void {
  const isBuilt = existsSync(join(webRoot, 'candidate', 'index.html'));
  if (isBuilt)
    app.register(fastifyStatic, {
      root: join(webRoot, 'assets'),
      prefix: '/assets/',
      index: false,
      dotfiles: 'ignore',
      cacheControl: false,
      setHeaders: (reply, path) => reply.header('cache-control', path.endsWith('.html') ? 'no-store' : ASSET_CACHE),
    });

  const page = (path: string) => async (_request: unknown, reply: FastifyReply) => {
    if (!isBuilt) throw new VivaError('NOT_FOUND', 'the pages are not built; run `npm run build`');
    return reply.sendFile(path, webRoot);
  };

  const tags = ['pages'];
  const response = { 200: { content: { 'text/html': { schema: z.string() } } }, ...problemResponses };
  const schemas = {
    home: { operationId: 'home', summary: 'To the console.', tags, response: { 302: z.void() } },
    candidate: {
      operationId: 'candidatePage',
      summary: "The candidate's page; the token stays in the fragment.",
      tags,
      params: interviewParams,
      response,
    },
    console: { operationId: 'consolePage', summary: 'The console; the key stays in the fragment.', tags, response },
    consoleBelow: {
      operationId: 'consolePageBelow',
      summary: 'The console at its other addresses.',
      tags,
      params: z.object({ '*': z.string() }),
      response,
    },
  };

  app.get('/', { schema: schemas.home }, async (_request, reply) => reply.redirect('/console'));
  app.get('/interviews/:id', { schema: schemas.candidate }, page('candidate/index.html'));
  app.get('/console', { schema: schemas.console }, page('console/index.html'));
  app.get('/console/*', { schema: schemas.consoleBelow }, page('console/index.html'));
}
