import { useEffect } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Button } from '../../shared/button.tsx';
import { type Api, isLockedOut, type PlanSummary, type Statistics as StatisticsRead } from '../api.ts';
import { formatSecond } from '../moments.ts';
import { Field } from '../parts/field.tsx';
import { ProblemNote } from '../parts/form-dialog.tsx';
import { Frame } from '../parts/frame.tsx';
import { ScreenTitle } from '../parts/screen-title.tsx';
import { Bars, Chart, Histogram } from '../statistics/chart.tsx';
import '../statistics/statistics.css';
import { useStatistics } from '../statistics/use-statistics.ts';
import {
  SHARE_COUNT_MIN,
  sayBasis,
  toFollowUps,
  toFollowUpTable,
  toFunnel,
  toFunnelTable,
  toReviews,
  toReviewTable,
  toScoreTable,
  toTimes,
  toTimeTable,
} from '../statistics/wording.ts';

/** How the interviews by one version of a plan went. Plan and version stand in the address. */
export function Statistics({ api, onLockedOut }: { api: Api; onLockedOut: () => void }) {
  const [search, setSearch] = useSearchParams();
  const version = Number(search.get('version')) || null;
  const found = useStatistics(api, search.get('plan'), version);
  const { plans, statistics, problem, isReading, readAt } = found;

  useEffect(() => {
    document.title = 'Statistics · viva console';
  }, []);
  useEffect(() => {
    if (problem && isLockedOut(problem)) onLockedOut();
  }, [problem, onLockedOut]);

  return (
    <Frame hasList>
      <div className="list-head">
        <ScreenTitle>Statistics</ScreenTitle>
        <div className="statistics-refresh">
          {statistics && <span className="soft number">as of {formatSecond(readAt)}</span>}
          <Button isBusy={isReading} onClick={found.reload}>
            {isReading ? 'Counting…' : 'Count again'}
          </Button>
        </div>
      </div>
      {plans && plans.length > 0 && (
        <PlanAndVersion
          plans={plans}
          planId={search.get('plan') ?? plans[0]?.id ?? ''}
          version={version}
          onChoose={(planId, chosen) => setSearch({ plan: planId, ...(chosen && { version: String(chosen) }) })}
        />
      )}
      {problem && <ProblemNote problem={problem} />}
      {plans?.length === 0 && <p className="card empty soft">No plan is published yet.</p>}
      <div role="status" className="visually-hidden">
        {statistics && !isReading && `Counted: ${sayBasis(statistics)}`}
      </div>
      {statistics && <Charts statistics={statistics} />}
    </Frame>
  );
}

function PlanAndVersion({
  plans,
  planId,
  version,
  onChoose,
}: {
  plans: PlanSummary[];
  planId: string;
  version: number | null;
  onChoose: (planId: string, version: number | null) => void;
}) {
  const newest = plans.find(({ id }) => id === planId)?.version ?? 1;
  return (
    <div className="statistics-choice">
      <Field label="Plan">
        {(ids) => (
          <select {...ids} className="input" value={planId} onChange={(event) => onChoose(event.target.value, null)}>
            {plans.map(({ id, title }) => (
              <option key={id} value={id}>
                {title} ({id})
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Version">
        {(ids) => (
          <select
            {...ids}
            className="input"
            value={version ?? newest}
            onChange={(event) => onChoose(planId, Number(event.target.value))}
          >
            {Array.from({ length: newest }, (_, index) => newest - index).map((number) => (
              <option key={number} value={number}>
                {number}
                {number === newest ? ', the newest' : ''}
              </option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}

function Charts({ statistics }: { statistics: StatisticsRead }) {
  const { interviews, questions } = statistics;
  return (
    <>
      <p className="statistics-basis">
        <strong>{sayBasis(statistics)}</strong>
        {interviews.counted > 0 &&
          interviews.started < SHARE_COUNT_MIN &&
          ' These are few: read them as counts, and make no rates of them.'}{' '}
        <Link href={`/?plan=${encodeURIComponent(statistics.planId)}`}>Show the interviews by this plan</Link>
      </p>
      {interviews.counted > 0 && (
        <>
          <Chart
            title="How far interviews came"
            about="Of all that were created: who started, who was asked each question, and who finished."
            table={toFunnelTable(statistics)}
          >
            <Bars bars={toFunnel(statistics)} />
          </Chart>
          <Chart
            title="Scores"
            about="The best judgement of each answered question, by tenths; the line is the threshold. Scores come from what was found in the answers: they are aids for a person, not grades."
            table={toScoreTable(statistics)}
          >
            <div className="histograms">
              {questions.map((question, index) => (
                <Histogram key={question.id} question={question} number={index + 1} />
              ))}
            </div>
          </Chart>
          <Chart
            title="Follow-ups"
            about="Of the answered questions: how many were followed up, and whether that made the score better."
            table={toFollowUpTable(statistics)}
          >
            <Bars bars={toFollowUps(statistics)} />
          </Chart>
          <Chart
            title="Time"
            about="The candidate’s own time for a question that was answered, follow-ups included, without evaluations, pauses and missing connections."
            table={toTimeTable(statistics)}
          >
            <Bars bars={toTimes(statistics)} />
          </Chart>
          <Chart
            title="Judgements for a person"
            about="Of the answered questions: those with a judgement that a person should look at, whether or not somebody has."
            table={toReviewTable(statistics)}
          >
            <Bars bars={toReviews(statistics)} />
          </Chart>
        </>
      )}
    </>
  );
}
