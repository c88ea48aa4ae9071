import { useCallback, useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { Problem } from '../../../src/client/problem.ts';
import { Button } from '../../shared/button.tsx';
import { type Api, isLockedOut, type QueueCase, type QueueRead } from '../api.ts';
import { formatCount, formatExact, formatInstant, formatShare } from '../moments.ts';
import { ProblemNote } from '../parts/form-dialog.tsx';
import { Frame } from '../parts/frame.tsx';
import { ScreenTitle } from '../parts/screen-title.tsx';
import { addressOf } from '../queue.ts';
import { useService } from '../service.ts';
import { useJudging } from '../use-judging.ts';

/** Everything that waits for a person, the most uncertain first. */
export function QueueScreen({ api, onLockedOut }: { api: Api; onLockedOut: () => void }) {
  const { queue } = useService();
  const [read, setRead] = useState<QueueRead | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isReading, setReading] = useState(false);

  const load = useCallback(
    async (cursor?: string) => {
      setReading(true);
      const reply = await api.readQueue(cursor);
      setReading(false);
      setProblem(reply.ok ? null : reply.problem);
      if (!reply.ok) return isLockedOut(reply.problem) && onLockedOut();
      setRead(reply.value);
      queue.set(reply.value.cases);
    },
    [api, queue, onLockedOut],
  );
  useEffect(() => {
    document.title = 'To review · viva console';
    load();
  }, [load]);

  const first = read?.cases[0];
  const olderFrom = read?.cursor;
  return (
    <Frame hasList>
      <div className="list-head">
        <ScreenTitle>To review</ScreenTitle>
        <div className="queue-actions">
          <Button isBusy={isReading} onClick={() => load()}>
            {isReading ? 'Looking…' : 'Look again'}
          </Button>
          {first && (
            <Link href={addressOf(first)} className="button button-primary">
              Begin with the first
            </Link>
          )}
        </div>
      </div>
      <p className="soft">
        Judgements that ask for a person and of which nobody has said anything yet. What nothing could judge comes
        first, then the least confident. A confident judgement may be wrong and is not here.
      </p>
      {problem && <ProblemNote problem={problem} />}
      <div className="card list-card">
        {read && read.cases.length > 0 && <Cases cases={read.cases} />}
        {read?.cases.length === 0 && <p className="empty soft">Nothing waits for a person here.</p>}
      </div>
      {read && (
        <div className="list-foot">
          <p className="soft number" role="status">
            {sayHow(read)}
          </p>
          {olderFrom && (
            <Button isBusy={isReading} onClick={() => load(olderFrom)}>
              Look in older interviews
            </Button>
          )}
        </div>
      )}
    </Frame>
  );
}

function sayHow({ cases, found, lookedAt, cursor }: QueueRead): string {
  const shown = found > cases.length ? `the first ${cases.length} of ${found} cases` : formatCount(found, 'case');
  const rest = cursor === null ? '' : ', and there are older ones';
  return `${shown}, in ${formatCount(lookedAt, 'interview')} that ${lookedAt === 1 ? 'is' : 'are'} over${rest}`;
}

const sayConfidence = ({ confidence }: QueueCase) => (confidence === null ? 'not judged' : formatShare(confidence));

/** Whoever judges blind does not see how sure the evaluator was either. */
function Cases({ cases }: { cases: readonly QueueCase[] }) {
  const { isBlind } = useJudging().judging;
  return (
    <table className="queue">
      <thead>
        <tr>
          <th scope="col">Candidate</th>
          <th scope="col" className="queue-question">
            Question
          </th>
          <th scope="col" className="queue-confidence">
            Confidence
          </th>
          <th scope="col" className="queue-when">
            Judged
          </th>
        </tr>
      </thead>
      <tbody>
        {cases.map((one) => (
          <tr key={`${one.interviewId} ${one.questionId}`}>
            <td dir="auto">
              <Link href={addressOf(one)} className="queue-link">
                {one.candidate.name ?? 'Unnamed candidate'}
              </Link>
            </td>
            <td>
              {one.questionId}
              <span className="soft queue-plan">
                {one.planId} v{one.planVersion}
              </span>
            </td>
            <td className="number">{isBlind ? <span className="soft">hidden</span> : sayConfidence(one)}</td>
            <td className="number queue-when">
              <time dateTime={new Date(one.at).toISOString()} title={formatExact(one.at)}>
                {formatInstant(one.at, Date.now())}
              </time>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
