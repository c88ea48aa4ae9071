import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { Journal, JournalRecord } from '../journal/journal.ts';
import { isKnown } from '../journal/versions.ts';
import { toOutline } from '../plans/outline.ts';
import { findPlan } from '../plans/publish.ts';
import { createTeller, type Teller } from './events.ts';
import { keepReceiver, type Receiver } from './receiver.ts';

/** Records that wait to be told; from there on the oldest are left out. */
export const RECORDS_WAITING_MAX = 1_000;

/** Interviews whose state is at hand; another one is read from its journal. */
const INTERVIEWS_MAX = 200;

interface Waiting {
  interviewId: string;
  record: JournalRecord;
}

export interface LiveOptions {
  /** Of the receiver: `ws://…`. */
  url: string;
  clock: Clock;
  log: { warn(details: object, message: string): void };
}

/**
 * A journal that tells a receiver what is committed to it, in the form of `@statelyai/inspect`, without any personal
 * text. Telling happens beside the journal: no method waits for it or fails by it, and what a receiver misses is gone.
 * What other processes commit is theirs to tell.
 */
export function inspectJournal(journal: Journal, { url, clock, log }: LiveOptions): Journal {
  const tellersById = new Map<string, Teller>();
  let waiting: Waiting[] = [];
  let isTelling = false;
  const receiver: Receiver = keepReceiver({ url, clock, onOpen: () => tellersById.clear() });

  async function openTeller(interviewId: string, seq: number): Promise<Teller | null> {
    const loaded = await journal.load(interviewId);
    if (!loaded || loaded.head.erasedAt !== null || !isKnown(loaded.head)) return null;
    const { head, records } = loaded;
    const published = await findPlan(journal, head.meta.planId, head.meta.planVersion);
    const before = records.filter((record) => record.seq < seq);
    return createTeller({ interviewId, plan: toOutline(published), before });
  }

  /** Some records may have been left out: then the interview is read, and begins anew. */
  async function needTeller({ interviewId, record }: Waiting): Promise<Teller | null> {
    const known = tellersById.get(interviewId);
    const teller = known?.seq === record.seq - 1 ? known : await openTeller(interviewId, record.seq);
    tellersById.delete(interviewId);
    if (!teller || record.state === 'COMPLETE') return teller;
    tellersById.set(interviewId, teller);
    const [oldest] = tellersById.keys();
    if (tellersById.size > INTERVIEWS_MAX && oldest !== undefined) tellersById.delete(oldest);
    return teller;
  }

  async function tellAll(): Promise<void> {
    for (let next = waiting.shift(); next && receiver.isReady; next = waiting.shift()) {
      try {
        const teller = await needTeller(next);
        if (teller && receiver.isReady) receiver.send(teller.tell(next.record));
      } catch (error) {
        tellersById.delete(next.interviewId);
        log.warn({ err: error, interviewId: next.interviewId }, 'the inspector could not be told of a record');
      }
      // Interviews get their turns in between.
      await nextTurn();
    }
    waiting = [];
    isTelling = false;
  }

  function offer(interviewId: string, record: JournalRecord): void {
    if (!receiver.isReady) return;
    waiting.push({ interviewId, record });
    if (waiting.length > RECORDS_WAITING_MAX) waiting.shift();
    if (isTelling) return;
    isTelling = true;
    setImmediate(tellAll);
  }

  return {
    ...journal,
    async create(interview) {
      const created = await journal.create(interview);
      if (created.isNew) offer(interview.id, interview.record);
      return created;
    },
    async append(entry) {
      const appended = await journal.append(entry);
      if (appended.ok) offer(entry.interviewId, entry.record);
      return appended;
    },
    async erase(id, at) {
      waiting = waiting.filter(({ interviewId }) => interviewId !== id);
      tellersById.delete(id);
      return journal.erase(id, at);
    },
    async close() {
      await receiver.close();
      await journal.close();
    },
  };
}
