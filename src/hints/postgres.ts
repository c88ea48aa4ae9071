import { hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { nameOf, toStoreError } from '../journal/postgres/pool.ts';
import type { Bus, Hearing } from './bus.ts';

/** Waiting for a connection, or for an answer on it. What says nothing for so long is taken for gone. Units: ms. */
const SILENCE_MS = 5_000;
/** Between attempts to connect, the first and the longest. Units: ms. */
const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 5_000;

/**
 * All texts in one transaction. It need not be on disk when it commits: notifications take their turns there, and a turn
 * that waits for the disk is a long one. For this transaction alone: a pooler may hand the connection to others.
 */
const SAY = `SELECT set_config('synchronous_commit', 'off', TRUE), count(pg_notify($1, text))
  FROM unnest($2::TEXT[]) AS text`;

/** Notifications go through the whole database; what is kept in another schema of it is none of ours. */
function channelOf(schema: string): string {
  return `viva_${hash('sha256', schema).slice(0, 32)}`;
}

/**
 * Hear and say by LISTEN and NOTIFY, on a connection of its own.
 *
 * A pooler that hands connections on after each transaction does not bring notifications: name the database itself.
 */
export function createPostgresBus(url: string): Bus {
  const name = nameOf(url);
  let connected: { client: pg.Client; channel: string } | null = null;
  const ending = new AbortController();
  const isEnded = () => ending.signal.aborted;
  let keeping: Promise<void> = Promise.resolve();

  /** Resolves with why it went, when it is gone. */
  async function stay(hearing: Hearing): Promise<unknown> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'viva hints',
      keepAlive: true,
      connectionTimeoutMillis: SILENCE_MS,
      query_timeout: SILENCE_MS,
    });
    const gone = new Promise<unknown>((resolve) => {
      // Without a listener a connection that breaks ends the process.
      client.on('error', resolve);
      client.on('end', () => resolve(new Error('the connection was closed')));
    });
    client.on('notification', ({ payload = '' }) => hearing.onText(payload));
    try {
      await client.connect();
      const { rows } = await client.query<{ schema: string | null }>('SELECT current_schema() AS schema');
      const channel = channelOf(rows[0]?.schema ?? '');
      await client.query(`LISTEN ${channel}`);
      if (isEnded()) return null;
      connected = { client, channel };
      hearing.onUp();
      return await gone;
    } catch (error) {
      return error;
    } finally {
      connected = null;
      await Promise.race([client.end().catch(() => {}), pause(SILENCE_MS, null, { ref: false })]);
    }
  }

  async function keep(hearing: Hearing): Promise<void> {
    for (let pauseMs = PAUSE_MS_MIN; !isEnded(); pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2)) {
      let wasUp = false;
      const onUp = () => {
        wasUp = true;
        hearing.onUp();
      };
      const error = await stay({ ...hearing, onUp });
      if (isEnded()) return;
      hearing.onDown(toStoreError(name, error));
      if (wasUp) pauseMs = PAUSE_MS_MIN;
      const wait = pause(pauseMs * (0.5 + Math.random() / 2), null, { ref: false, signal: ending.signal });
      await wait.catch(() => {});
    }
  }

  return {
    async say(texts) {
      if (!connected) throw toStoreError(name, new Error('not connected'));
      const { client, channel } = connected;
      await client.query(SAY, [channel, texts]).catch((error: unknown) => {
        // One that does not answer would be waited for again and again.
        client.emit('error', error);
        throw toStoreError(name, error);
      });
    },
    listen(hearing) {
      keeping = keep(hearing);
    },
    async end() {
      ending.abort();
      connected?.client.emit('error', new Error('ended'));
      await Promise.race([keeping, pause(SILENCE_MS, null, { ref: false })]);
    },
  };
}
