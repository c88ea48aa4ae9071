import type { Journal, JournalRecord } from './journal/journal.ts';
import type { PublishedPlan } from './plans/schema.ts';
import type { TimeLedger, Transcript } from './protocol.ts';
import { emptyLedger, readLedger } from './report/ledger.ts';
import { addToStory, foldStory, type Story } from './report/story.ts';
import { emptyTranscript, toTranscript } from './report/transcript.ts';

/** The whole story of a live interview, in memory only while it is needed. */
export interface Retelling {
  /** Read it up to a sequence number, unless it is here. Errors: STORE_UNAVAILABLE. */
  need(seq: number): Promise<void>;
  /** What was committed since. */
  add(record: JournalRecord): void;
  drop(): void;
  /** Empty while the story is not here. */
  transcript(): Transcript;
  ledger(now: number): TimeLedger;
}

class JournalRetelling implements Retelling {
  readonly #journal: Pick<Journal, 'load'>;
  readonly #published: PublishedPlan;
  readonly #id: string;
  #story: Story | null = null;

  constructor(journal: Pick<Journal, 'load'>, published: PublishedPlan, id: string) {
    this.#journal = journal;
    this.#published = published;
    this.#id = id;
  }

  async need(seq: number): Promise<void> {
    if (this.#story) return;
    const records = (await this.#journal.load(this.#id))?.records ?? [];
    const known = records.filter((record) => record.seq <= seq);
    this.#story = foldStory(this.#published, known);
  }

  add(record: JournalRecord): void {
    if (this.#story) this.#story = addToStory(this.#story, this.#published, record);
  }

  drop(): void {
    this.#story = null;
  }

  transcript(): Transcript {
    return toTranscript(this.#story?.transcript ?? emptyTranscript);
  }

  ledger(now: number): TimeLedger {
    return readLedger(this.#story?.ledger ?? emptyLedger, now);
  }
}

/** Create the retelling of an interview from its journal. */
export function createRetelling(journal: Pick<Journal, 'load'>, published: PublishedPlan, id: string): Retelling {
  return new JournalRetelling(journal, published, id);
}
