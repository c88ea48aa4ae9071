import { createContext, useContext } from 'react';
import type { Client } from '../../src/client.ts';
import type { Api } from './api.ts';
import type { Preferences } from './preferences.ts';
import type { Queue } from './queue.ts';
import type { Secrets } from './secrets.ts';

/** How the console reaches the service. Design mode puts canned data in its place. */
export interface Service {
  secrets: Secrets;
  preferences: Preferences;
  queue: Queue;
  openApi(secret: string): Api;
  openClient(interviewId: string, secret: string): Client;
}

export const ServiceContext = createContext<Service | null>(null);

/** The service behind the page. */
export function useService(): Service {
  const service = useContext(ServiceContext);
  if (!service) throw new Error('useService is used outside of ServiceContext');
  return service;
}
