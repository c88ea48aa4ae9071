import type { ReviewerView } from '../../../src/protocol.ts';
import { formatClock } from '../../shared/spans.ts';
import { describeLedger, type LedgerRow, toLedgerRows } from '../ledger.ts';
import { formatShare } from '../moments.ts';

const countWords: Record<LedgerRow['counts'], string> = {
  yes: 'counts',
  no: 'does not count',
  partly: 'partly counts',
};
const whoseWords: Record<LedgerRow['whose'], string> = { candidate: 'Candidate', service: 'Service' };

const toneOf = ({ key, counts }: LedgerRow) => `ledger-${key} ${counts === 'no' ? 'ledger-uncounted' : 'ledger-tone'}`;

/** Where the time went: a bar to see it, a table to read it. */
export function TimeLedgerPanel({ view }: { view: ReviewerView }) {
  const rows = toLedgerRows(view.timeLedger, view.plan.disconnectedMinutes);
  const used = rows.filter(({ ms }) => ms > 0);
  return (
    <section className="card provenance" aria-labelledby="ledger-title">
      <h2 className="provenance-title" id="ledger-title">
        Where the time went
      </h2>
      {used.length === 0 ? (
        <p className="soft">Nothing yet: the time begins with the interview.</p>
      ) : (
        <>
          <div className="ledger-bar" role="img" aria-label={describeLedger(used, formatClock)}>
            {used.map((row) => (
              <span key={row.key} className={`ledger-part ${toneOf(row)}`} style={{ flexGrow: row.share }} />
            ))}
          </div>
          <LedgerTable rows={used} totalMs={view.timeLedger.totalMs} isOver={view.outcome !== undefined} />
        </>
      )}
    </section>
  );
}

function LedgerTable({ rows, totalMs, isOver }: { rows: LedgerRow[]; totalMs: number; isOver: boolean }) {
  return (
    <table className="ledger-table">
      <thead>
        <tr>
          <th scope="col">Account</th>
          <th scope="col">Whose</th>
          <th scope="col">Limits</th>
          <th scope="col" className="ledger-number">
            Time
          </th>
          <th scope="col" className="ledger-number">
            Share
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <th scope="row">
              <span className={`ledger-key ${toneOf(row)}`} aria-hidden="true" />
              {row.name}
            </th>
            <td>{whoseWords[row.whose]}</td>
            <td>{countWords[row.counts]}</td>
            <td className="ledger-number">{formatClock(row.ms)}</td>
            <td className="ledger-number">{formatShare(row.share)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{isOver ? 'In all' : 'Until the newest record'}</th>
          <td />
          <td />
          <td className="ledger-number">{formatClock(totalMs)}</td>
          <td />
        </tr>
      </tfoot>
    </table>
  );
}
