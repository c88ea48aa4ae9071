import { type ReactNode, useEffect, useState } from 'react';
import type { ReviewerView } from '../../../src/protocol.ts';
import { useAnnouncer } from '../../shared/announcer.tsx';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import type { Api, Chain, ReportDigest } from '../api.ts';
import { judgesOf } from '../ledger.ts';
import { formatCount, formatExact } from '../moments.ts';

/** Where all this comes from: plan, machine, judges, accommodations, and whether the records are as they were written. */
export function Provenance({
  api,
  view,
  report,
  headSeq,
  isPast,
}: {
  api: Api;
  view: ReviewerView;
  report: ReportDigest | null;
  headSeq: number;
  /** It is an earlier moment: nothing of it changes any more. */
  isPast: boolean;
}) {
  const { chain, check, isChecking } = useChain(api, view.interviewId, report, isPast);
  const judges = judgesOf(view.transcript.entries);
  return (
    <section className="card provenance" aria-labelledby="provenance-title">
      <h2 className="provenance-title" id="provenance-title">
        Where this comes from
      </h2>
      <dl className="provenance-list">
        <Line name="Interview">
          <code>{view.interviewId}</code>
        </Line>
        <Line name="Plan">
          {view.planId} version {view.planVersion}
          {report && <code className="provenance-hash">{report.plan.hash}</code>}
        </Line>
        <Line name="Machine">{report ? `version ${report.machineVersion}` : '–'}</Line>
        <Line name="Judged by">
          {judges.length === 0 ? (
            <span className="soft">nothing yet</span>
          ) : (
            judges.map((name) => <p key={name}>{name}</p>)
          )}
        </Line>
        <Line name="Time allowed">{report ? describeAllowance(report) : '–'}</Line>
        <Line name="Record chain">
          {chain ? <ChainState chain={chain} headSeq={headSeq} /> : <span className="soft">not read yet</span>}
        </Line>
        {chain && (
          <Line name="Chain head">
            <code className="provenance-hash">{chain.headHash}</code>
          </Line>
        )}
      </dl>
      {!isPast && (
        <Button onClick={check} isBusy={isChecking}>
          <Icon name="check" />
          Check the chain now
        </Button>
      )}
    </section>
  );
}

function describeAllowance({ accommodations: { untimed, timeMultiplier } }: ReportDigest): string {
  if (untimed) return 'no limits';
  return timeMultiplier === 1 ? 'as the plan has it' : `${timeMultiplier} times that of the plan`;
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="provenance-line">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function ChainState({ chain, headSeq }: { chain: Chain; headSeq: number }) {
  const { isIntact, recordCount, brokenAt, erasedAt, lateCount } = chain;
  const newerCount = Math.max(0, headSeq - recordCount);
  return (
    <>
      {isIntact ? (
        <p className="provenance-state ok">
          <Icon name="check" /> holds over {formatCount(recordCount, 'record')}
        </p>
      ) : (
        <p className="provenance-state danger">
          <Icon name="alert" /> is broken at record {brokenAt?.seq}
        </p>
      )}
      {newerCount > 0 && <p className="soft">{formatCount(newerCount, 'newer record')} not checked yet</p>}
      {lateCount !== undefined && <p className="soft">{formatCount(lateCount, 'record')} hashed later than written</p>}
      {erasedAt !== undefined && <p className="soft">personal texts erased {formatExact(erasedAt)}</p>}
    </>
  );
}

/** The chain as the report tells it, or as it was found when somebody asked. */
function useChain(api: Api, interviewId: string, report: ReportDigest | null, isPast: boolean) {
  const { announce } = useAnnouncer();
  const [checked, setChecked] = useState<Chain | null>(null);
  const [isChecking, setChecking] = useState(false);
  // A newer report has a newer check.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `report` is what makes the last check old
  useEffect(() => setChecked(null), [report]);

  async function check(): Promise<void> {
    setChecking(true);
    const reply = await api.readReport(interviewId);
    setChecking(false);
    if (reply.ok) setChecked(reply.value.chain);
    const { chain } = reply.ok ? reply.value : { chain: null };
    announce(
      chain === null ? 'The chain could not be read.' : chain.isIntact ? 'The chain holds.' : 'The chain is broken.',
    );
  }

  return { chain: (isPast ? null : checked) ?? report?.chain ?? null, check, isChecking };
}
