import type { JournalRecord } from '../journal/journal.ts';
import { toOutline } from '../plans/outline.ts';
import type { PublishedPlan } from '../plans/schema.ts';
import { addToLedger, emptyLedger, type OpenLedger } from './ledger.ts';
import { addRecord, emptyTranscript, type Folded } from './transcript.ts';

/** What happened in an interview so far: what was said, and where the time went. */
export interface Story {
  transcript: Folded;
  ledger: OpenLedger;
}

/** Add one record. Pure. */
export function addToStory({ transcript, ledger }: Story, published: PublishedPlan, record: JournalRecord): Story {
  return {
    transcript: addRecord(transcript, published.plan, record),
    ledger: addToLedger(ledger, toOutline(published), record),
  };
}

/** Tell a whole journal. */
export function foldStory(published: PublishedPlan, records: readonly JournalRecord[]): Story {
  const nothing: Story = { transcript: emptyTranscript, ledger: emptyLedger };
  return records.reduce((story, record) => addToStory(story, published, record), nothing);
}
