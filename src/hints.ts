import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Log } from './actor.ts';
import type { Clock } from './clock.ts';
import { type Bus, TEXT_BYTES_MAX } from './hints/bus.ts';
import { createLetters } from './letters.ts';
import type { Metrics } from './metrics.ts';

/** A node that has heard nothing of itself for so long says something, to know whether it is heard. Units: ms. */
const PROBE_MS = 2_000;
/** After so long without hearing itself a node takes the bus for dead. Units: ms. */
const DEAF_MS = 3 * PROBE_MS;
/** The last hints of a node that ends are waited for no longer. Units: ms. */
const LAST_MS = 1_000;
/** Interviews that may wait to be told of. Above it the slow look of the others has to do. */
const WAITING_COUNT_MAX = 10_000;
/** Letters that may wait; each is a person's command. */
const LETTERS_COUNT_MAX = 256;

const textSchema = z.strictObject({
  /** Of which process. */
  from: z.string().max(100),
  /** Interviews that it has written or claimed. */
  ids: z.array(z.string().max(100)).max(1_000).exactOptional(),
  /** For one node: whose owner name this is. */
  to: z.string().max(400).exactOptional(),
  letter: z.string().max(TEXT_BYTES_MAX).exactOptional(),
});

/** What a node hears of others. None of these may throw. */
export interface Listener {
  /** Interviews to look at. It may be wrong about any of them. `isOwn`: this node has written them itself. */
  onHint(ids: readonly string[], isOwn: boolean): void;
  /** A letter to this node, from one with the same secret. It may be an old one. */
  onLetter(content: unknown): void;
  /** Whatever may have happened meanwhile was not heard. */
  onBack(): void;
}

/** How a node tells others where to look. Nothing here is waited for, and nothing here is needed. */
export interface Hints {
  /** Something has become of an interview, and is committed. */
  tell(id: string): void;
  /** Send a letter to the node that claims under a name. False = it cannot go by the bus, now or ever. */
  post(to: string, content: object): boolean;
  /** This node has heard itself lately. */
  readonly isLive: boolean;
  start(listener: Listener): void;
  stop(): Promise<void>;
}

/** As few texts as hold all ids. */
function pack(from: string, ids: readonly string[]): string[] {
  const texts: string[] = [];
  let group: string[] = [];
  let bytes = 0;
  const close = () => {
    if (group.length > 0) texts.push(JSON.stringify({ from, ids: group }));
    group = [];
    bytes = 64 + from.length;
  };
  close();
  for (const id of ids) {
    const idBytes = Buffer.byteLength(JSON.stringify(id)) + 1;
    if (bytes + idBytes > TEXT_BYTES_MAX) close();
    group.push(id);
    bytes += idBytes;
  }
  close();
  return texts;
}

function read(text: string): z.infer<typeof textSchema> | null {
  try {
    return textSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/**
 * Create the hints of a node on a bus. What is told while a round trip is under way goes with the next one.
 *
 * A hint only says where to look: one that is lost, comes twice or late, or is made up changes nothing but when.
 */
export function createHints(deps: {
  bus: Bus;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  owner: string;
  secret: string;
}): Hints {
  const { bus, clock, log, metrics, owner } = deps;
  const { seal, open } = createLetters(deps.secret);
  const from = randomUUID();
  const waiting = new Set<string>();
  let letters: string[] = [];
  let isScheduled = false;
  let saying: Promise<void> | null = null;
  let isStopped = false;
  let heardAt = Number.NEGATIVE_INFINITY;
  /** When the probe was said that was not heard yet. */
  let probedAt: number | null = null;
  let isKnownDown = false;
  let cancel = () => {};

  function isLive(): boolean {
    return clock.now() - heardAt < DEAF_MS;
  }

  function onDown(error: unknown): void {
    if (!isKnownDown && !isStopped)
      log.warn({ err: error }, 'hints are down: what other nodes do is found by looking, within a second');
    isKnownDown = true;
  }

  function schedule(): void {
    if (isScheduled || saying || isStopped || waiting.size + letters.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      flush();
    });
  }

  function flush(): Promise<void> {
    saying ??= sayAll().finally(() => {
      saying = null;
      schedule();
    });
    return saying;
  }

  async function sayAll(): Promise<void> {
    const ids = [...waiting];
    const texts = [...letters, ...pack(from, ids)];
    waiting.clear();
    letters = [];
    try {
      await bus.say(texts);
      metrics.hinted('told', ids.length);
    } catch (error) {
      metrics.hinted('lost', ids.length);
      onDown(error);
    }
  }

  function probe(): void {
    cancel = clock.wake(clock.now() + PROBE_MS, probe);
    if (clock.now() - heardAt < PROBE_MS) return;
    probedAt = performance.now();
    // Not in the queue: it tells whether the queue gets anywhere.
    bus.say([JSON.stringify({ from })]).catch(onDown);
  }

  function hear(text: string, { onHint, onLetter }: Listener): void {
    const said = read(text);
    if (!said) metrics.hinted('unreadable', 1);
    else if (said.from === from) {
      heardAt = clock.now();
      if (probedAt !== null) metrics.echoed((performance.now() - probedAt) / 1_000);
      probedAt = null;
      if (said.ids) onHint(said.ids, true);
    } else if (said.ids) {
      metrics.hinted('heard', said.ids.length);
      onHint(said.ids, false);
    } else if (said.to === owner && said.letter !== undefined) {
      const content = open(said.letter);
      if (content === null) metrics.hinted('unreadable', 1);
      else onLetter(content);
    }
  }

  return {
    get isLive() {
      return isLive();
    },
    tell(id) {
      if (waiting.size >= WAITING_COUNT_MAX) return metrics.hinted('lost', 1);
      waiting.add(id);
      schedule();
    },
    post(to, content) {
      const text = JSON.stringify({ from, to, letter: seal(content) });
      if (!isLive() || letters.length >= LETTERS_COUNT_MAX || Buffer.byteLength(text) > TEXT_BYTES_MAX) return false;
      letters.push(text);
      schedule();
      return true;
    },
    start(listener) {
      bus.listen({
        onText: (text) => {
          if (!isStopped) hear(text, listener);
        },
        onUp() {
          if (isStopped) return;
          isKnownDown = false;
          probedAt = performance.now();
          bus.say([JSON.stringify({ from })]).catch(onDown);
          listener.onBack();
        },
        onDown,
      });
      metrics.watchHints(isLive);
      cancel = clock.wake(clock.now() + PROBE_MS, probe);
    },
    async stop() {
      isStopped = true;
      cancel();
      // The last are those of the interviews that this node gave up.
      const said = (async () => {
        await saying;
        if (waiting.size > 0) await flush();
      })();
      await Promise.race([said, pause(LAST_MS, null, { ref: false })]);
      await bus.end();
    },
  };
}
