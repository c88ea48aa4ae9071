import { type ReactNode, useCallback, useEffect, useState } from 'react';
import type { CandidateView } from '../../../src/protocol.ts';
import { useAnnouncer } from '../../shared/announcer.tsx';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import { saveFile } from '../../shared/save-file.ts';
import {
  aboutCode,
  brokenCode,
  describeEnd,
  describeNext,
  describeTime,
  placeEntries,
  type Receipt as Read,
  writeReceipt,
} from '../receipt.ts';
import { useSession } from '../session.ts';

/** What the candidate takes away: what was asked and answered, where the time went, what happens now, and the code. */
export function Receipt({ view }: { view: CandidateView }) {
  const { readReceipt } = useSession();
  const [receipt, setReceipt] = useState<Read | 'missing' | null>(null);
  const read = useCallback(() => {
    setReceipt(null);
    readReceipt().then(setReceipt, () => setReceipt('missing'));
  }, [readReceipt]);
  useEffect(read, [read]);

  if (receipt === null) return null;
  if (receipt === 'missing')
    return (
      <Sheet>
        <p className="soft">It could not be loaded just now. Nothing is lost: try again in a moment.</p>
        <div className="start">
          <Button onClick={read}>Load the receipt</Button>
        </div>
      </Sheet>
    );
  if (receipt.entries.length === 0) return null;
  return (
    <Sheet>
      <Next view={view} entries={receipt.entries} />
      <Exchanges receipt={receipt} />
      <div className="receipt-part">
        <TimeSpent receipt={receipt} view={view} />
      </div>
      <Code receipt={receipt} />
      <Keep receipt={receipt} view={view} />
    </Sheet>
  );
}

function Sheet({ children }: { children: ReactNode }) {
  return (
    <section className="card sheet receipt" aria-labelledby="receipt">
      <h2 id="receipt" className="sheet-title">
        Your receipt
      </h2>
      {children}
    </section>
  );
}

function Next({ view, entries }: { view: CandidateView; entries: Read['entries'] }) {
  return (
    <div className="receipt-part">
      <h3 className="receipt-title">What happens now</h3>
      {describeNext(view, entries).map((text) => (
        <p key={text} className="soft">
          {text}
        </p>
      ))}
    </div>
  );
}

function Exchanges({ receipt }: { receipt: Read }) {
  const placed = placeEntries(receipt.entries);
  return (
    <details className="earlier receipt-part">
      <summary>What you were asked, and what you answered</summary>
      <ol className="receipt-entries">
        {placed.map(({ place, entry }) => (
          <li key={entry.promptId} className="receipt-entry">
            <p className="eyebrow">{place}</p>
            <p className="earlier-question text" dir="auto">
              {entry.text}
            </p>
            {entry.answer && (
              <p className="earlier-answer text text-verbatim" dir="auto">
                {entry.answer.text}
              </p>
            )}
            {describeEnd(entry) && <p className="soft small">{describeEnd(entry)}</p>}
          </li>
        ))}
      </ol>
    </details>
  );
}

function TimeSpent({ receipt, view }: { receipt: Read; view: CandidateView }) {
  return (
    <table className="receipt-time">
      <caption className="receipt-title">Where the time went</caption>
      <tbody>
        {describeTime(receipt.timeLedger, view.plan).map(({ name, spent, note }) => (
          <tr key={name}>
            <th scope="row">
              {name}
              {note && <span className="receipt-note">{note}</span>}
            </th>
            <td>{spent}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Code({ receipt: { chain } }: { receipt: Read }) {
  const { announce } = useAnnouncer();
  const [isCopied, setIsCopied] = useState(false);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(chain.headHash);
      setIsCopied(true);
      announce('The code is copied.');
    } catch {
      // Without a secure page there is no clipboard; the code can be selected.
      announce('The browser does not allow copying. Select the code instead.');
    }
  }

  return (
    <div className="receipt-part">
      <h3 className="receipt-title">The code to quote</h3>
      {chain.isIntact ? <p className="soft">{aboutCode}</p> : <p className="note tone-danger">{brokenCode}</p>}
      <code className="receipt-code">{chain.headHash}</code>
      <div className="start">
        <Button onClick={copy}>
          <Icon name={isCopied ? 'check' : 'copy'} />
          {isCopied ? 'Copied' : 'Copy the code'}
        </Button>
      </div>
    </div>
  );
}

function Keep({ receipt, view }: { receipt: Read; view: CandidateView }) {
  const name = `interview-${view.interviewId}`;
  const text = () =>
    writeReceipt(receipt, view, new Date().toLocaleString('en', { dateStyle: 'long', timeStyle: 'short' }));
  const json = () =>
    `${JSON.stringify({ interviewId: view.interviewId, outcome: view.outcome, ...receipt }, null, 2)}\n`;
  return (
    <div className="receipt-part start">
      <Button onClick={() => saveFile(`${name}.txt`, 'text/plain;charset=utf-8', text())}>
        <Icon name="download" />
        Download as text
      </Button>
      <Button look="quiet" onClick={() => saveFile(`${name}.json`, 'application/json', json())}>
        Download as JSON
      </Button>
    </div>
  );
}
