import { onTestFinished } from 'vitest';
import type { Bus, Hearing } from '../../src/hints/bus.ts';
import { createPostgresBus } from '../../src/hints/postgres.ts';
import { createRedisBus } from '../../src/hints/redis.ts';

/** A bus of the test's own, without any server. What is on it passes through the test's hands. */
export interface Line {
  /** One node's end of it. */
  end(): Bus;
  /** Every text so far. */
  readonly said: string[];
  /** Say something that no node said. */
  inject(text: string): void;
}

/**
 * Create a line. `pass` decides what becomes of a text: what it returns is heard, in this order, by all; what it gives
 * back later is heard later. Null = saying it fails.
 */
export function createLine(pass: (text: string) => readonly string[] | null = (text) => [text]): Line {
  const hearings = new Set<Hearing>();
  const said: string[] = [];
  const inject = (text: string) => {
    for (const hearing of hearings) hearing.onText(text);
  };
  return {
    said,
    inject,
    end() {
      let mine: Hearing | null = null;
      return {
        async say(texts) {
          for (const text of texts) {
            said.push(text);
            const heard = pass(text);
            if (heard === null) throw new Error('the line is dead');
            for (const one of heard) setImmediate(inject, one);
          }
        },
        listen(hearing) {
          mine = hearing;
          hearings.add(hearing);
          setImmediate(() => hearing.onUp());
        },
        async end() {
          if (mine) hearings.delete(mine);
        },
      };
    },
  };
}

/** A bus on a server, ended after the test. */
export function openBus(url: string): Bus {
  const bus = url.startsWith('redis') ? createRedisBus(url) : createPostgresBus(url);
  onTestFinished(() => bus.end());
  return bus;
}
