import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { VivaError } from '../errors.ts';
import { readPlace } from '../journal/redis/connection.ts';
import type { Bus } from './bus.ts';

/** A connection on which nothing comes for so long is taken for gone. Units: ms. */
const SILENCE_MS = 8_000;
/** Asks for a sign of life more often than that. Units: ms. */
const PING_MS = 3_000;
/** Waiting for a connection. Units: ms. */
const CONNECT_MS = 5_000;
/** The longest pause between attempts to connect. Units: ms. */
const PAUSE_MS_MAX = 2_000;
/** Texts that may be on their way: more would only be late. */
const WAITING_COUNT_MAX = 1_024;

/** Hear and say by Redis pub/sub, on two connections of its own: one that listens can say nothing. */
export function createRedisBus(url: string): Bus {
  const { server, prefix, name } = readPlace(url);
  const channel = `${prefix}:hints`;
  let isEnded = false;

  function open() {
    return createClient({
      url: server,
      // What an operator, and a test, finds it by.
      name: channel.replaceAll(/[^!-~]/g, '-'),
      RESP: 2,
      pingInterval: PING_MS,
      // What waits for a connection would be told when nobody needs it any more.
      disableOfflineQueue: true,
      commandsQueueMaxLength: WAITING_COUNT_MAX,
      socket: {
        connectTimeout: CONNECT_MS,
        socketTimeout: SILENCE_MS,
        reconnectStrategy: (retries) => !isEnded && Math.min(PAUSE_MS_MAX, 2 ** retries * 20),
      },
    });
  }

  function toError(error: unknown): VivaError {
    const { message = '', code = '' } = error as { message?: string; code?: string };
    return new VivaError('STORE_UNAVAILABLE', `${name} cannot be used for hints: ${message || code || 'unknown'}`);
  }

  const [saying, hearing] = [open(), open()];
  // Without a listener a connection that breaks ends the process. Whoever says something hears of it by that.
  saying.on('error', () => {});
  return {
    async say(texts) {
      await Promise.all(texts.map((text) => saying.publish(channel, text))).catch((error: unknown) => {
        throw toError(error);
      });
    },
    listen({ onText, onUp, onDown }) {
      const fail = (error: unknown) => {
        if (!isEnded) onDown(toError(error));
      };
      hearing.on('error', fail);
      // Subscribed once, it subscribes again whenever it connects again. The first time may be refused or cut off.
      let isSubscribed = false;
      async function subscribe(): Promise<void> {
        while (!isSubscribed && !isEnded)
          try {
            await hearing.subscribe(channel, onText);
            isSubscribed = true;
            onUp();
          } catch (error) {
            fail(error);
            await pause(PAUSE_MS_MAX, null, { ref: false });
          }
      }
      hearing.on('ready', () => {
        if (isSubscribed) onUp();
      });
      saying.connect().catch(() => {});
      hearing.connect().then(subscribe, fail);
    },
    async end() {
      isEnded = true;
      for (const client of [saying, hearing]) {
        client.unref();
        client.destroy();
      }
    },
  };
}
