import type { View } from '../../src/protocol.ts';
import { turns } from './chaos.node.ts';
import { createTab, textOf } from './chaos.tab.ts';
import { type Guest, newAsk, until, type World } from './chaos.world.ts';

/** A candidate as one wishes for: waits, sends again what was not answered, and comes back. */
export interface GoodCandidate {
  /** Give a command until it is answered; returns the code of a refusal, or null. */
  give(content: Record<string, unknown>): Promise<string | null>;
  /** The newest view once nothing is being judged. */
  look(): Promise<View>;
  /** Say or do whatever the interview waits for, until it is over. Returns how many steps it took. */
  finish(stepsMax: number): Promise<number>;
}

/** Seat a good candidate in an interview. */
export function createGoodCandidate(world: World, { heard }: Guest): GoodCandidate {
  const tab = createTab('candidate', heard);

  async function connected(): Promise<void> {
    for (let attempt = 0; attempt < 10; attempt++) {
      const node = await world.ensureAlive();
      if (tab.isOpen && tab.node === node && tab.view) return;
      await tab.connect(node);
      await until(
        () => tab.isQuiet,
        () => 'a welcome',
      );
    }
    throw new Error('a good candidate does not get in');
  }

  async function give(content: Record<string, unknown>): Promise<string | null> {
    const ask = newAsk(heard, 'candidate');
    for (let attempt = 0; attempt < 20; attempt++) {
      await connected();
      const refusals = ask.refusals.length;
      tab.send(ask, content);
      await until(
        () => tab.isQuiet,
        () => `an answer to ${content.type}`,
      );
      if (ask.acks.length > 0) return null;
      const code = ask.refusals.at(-1);
      if (ask.refusals.length === refusals || code === undefined) continue;
      if (code !== 'STORE_UNAVAILABLE' && code !== 'RESTARTING') return code;
      tab.drop('terminate');
    }
    throw new Error(`${content.type} gets no answer`);
  }

  async function look(): Promise<View> {
    for (let count = 0; count < 400; count++) {
      await connected();
      await turns(1);
      if (tab.isOpen && tab.view && tab.view.state !== 'EVALUATING') return tab.view;
    }
    throw new Error('an evaluation does not end');
  }

  async function finish(stepsMax: number): Promise<number> {
    for (let step = 0; step < stepsMax; step++) {
      await connected();
      await turns(2);
      const { view } = tab;
      if (!view || !tab.isOpen) continue;
      if (view.state === 'COMPLETE') return step;
      if (view.state === 'EVALUATING') world.clock.advance(1_000);
      else if (view.state === 'IDLE') await give({ type: 'interview.start', consent: true });
      else if (view.paused) await give({ type: 'interview.resume' });
      else await give({ type: 'answer.submit', promptId: view.prompt?.id, text: textOf(3) });
    }
    throw new Error(`not complete after ${stepsMax} steps: ${tab.view?.state}`);
  }

  return { give, look, finish };
}

/** The course of the control interview, a step at a time; each is over when it returns. */
export function createControl(world: World): { step(): Promise<void>; finish(): Promise<void> } {
  const candidate = createGoodCandidate(world, world.control);
  const answer = (promptId: string, n: number) => async () => {
    await candidate.give({ type: 'answer.submit', promptId, text: textOf(n) });
  };
  const steps = [
    () => candidate.give({ type: 'interview.start', consent: true }),
    answer('first', 1),
    () => candidate.give({ type: 'answer.draft', promptId: 'first.1', text: textOf(0) }),
    answer('first.1', 2),
    async () => {
      await candidate.give({ type: 'interview.pause' });
      await candidate.give({ type: 'interview.resume' });
    },
    answer('second', 4),
    () => candidate.give({ type: 'answer.draft', promptId: 'third', text: textOf(2) }),
    answer('third', 1),
  ];
  let done = 0;

  async function step(): Promise<void> {
    const next = steps[done++];
    if (!next) return;
    await next();
    await candidate.look();
  }

  return {
    step,
    async finish() {
      while (done < steps.length) await step();
    },
  };
}
