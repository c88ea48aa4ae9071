import type { Client } from '../../src/client.ts';
import type { View } from '../../src/protocol.ts';
import type { Report } from '../../src/report/report.ts';

/** What the candidate says: some of it misses points, so there are follow-ups. Chosen by prompt, never by time. */
const sayings = [
  'Sending the same request twice has the same effect on the server as sending it once, so a retry is safe.',
  'It depends on the load. I would measure first and look at the slowest queries with an explain plan.',
  'I am not sure, but I would add an index.',
  'We use a queue so that the work can be retried later, with a back-off and a limit on the attempts.',
];

/** What the candidate answers to a prompt: the same in every run. */
export function sayingFor(promptId: string): string {
  const sum = [...promptId].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return sayings[sum % sayings.length] ?? '';
}

/** Wait until the view of a client fits. */
export function until(client: Client, test: (view: View) => boolean): Promise<View> {
  return new Promise((resolve) => {
    const look = () => {
      const { view, connection } = client.getState();
      if (!view || connection !== 'open' || !test(view)) return;
      stopLooking();
      resolve(view);
    };
    const stopLooking = client.subscribe(look);
    look();
  });
}

/** Instants, durations, ids, sequence numbers and hashes differ between runs; everything else must not. */
export function comparable(report: Report): unknown {
  const moving = /At$|^at$|^interviewId$|^headSeq$|^recordCount$|^headHash$|^chainHead$|^timeLedger$/;
  return JSON.parse(JSON.stringify(report, (key, value) => (moving.test(key) ? undefined : value)));
}
