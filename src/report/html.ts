import { hash } from 'node:crypto';
import { escapeMarkup } from '../escape.ts';
import { joinAnswers } from '../evaluators/evaluator.ts';
import type { EvaluationView, ReviewView, TimeLedger, TranscriptEntry } from '../protocol.ts';
import { sayAgreement } from './agreement.ts';
import { explainFlag, nameFlag } from './flags.ts';
import { describeJudge } from './provenance.ts';
import type { Report } from './report.ts';
import { verdictsOf } from './verdicts.ts';

// A report as one page that needs nothing else: to print on A4 or Letter, to keep, to send.

const style = `
:root { color-scheme: light dark; --ink: #1c1e21; --dim: #5c6168; --line: #d5d9de; --mark: #fff0b3; --paper: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --dim: #a3a9b1; --line: #3c4148; --mark: #5a4a00; --paper: #15171a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 52rem; padding: 1.5rem; color: var(--ink); background: var(--paper);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0 0 .25rem; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2rem 0 .5rem; font-size: 1.2rem; }
h3 { margin: 1.25rem 0 .25rem; font-size: 1rem; }
p { margin: .25rem 0; }
.dim { color: var(--dim); }
h2, h3 { white-space: pre-wrap; }
.answer { margin: .5rem 0; padding-inline-start: .75rem; border-inline-start: 3px solid var(--line); white-space: pre-wrap; }
mark { color: inherit; background: var(--mark); text-decoration: underline; }
table { width: 100%; margin: .5rem 0; border-collapse: collapse; font-size: .9rem; }
th, td { overflow-wrap: break-word; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
.wide { overflow-x: auto; }
th:first-child, td:first-child { min-width: 9rem; }
.short { white-space: nowrap; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
section { break-inside: auto; }
section.whole { break-inside: avoid; }
h2, h3, h2 + p, .before { break-after: avoid; }
tr, .answer { break-inside: avoid; }
p { orphans: 3; widows: 3; }
@page { margin: 18mm 18mm 20mm; @bottom-right { content: counter(page) ' / ' counter(pages); color: #444; font: 9pt system-ui, sans-serif; } }
@media print {
  :root { --ink: #000; --dim: #444; --line: #bbb; --mark: #eee; --paper: #fff; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  .wide { overflow: visible; }
  td { overflow-wrap: anywhere; }
}
`;

/** What a response needs to say so that browsers take the page's own style and nothing else. */
export const reportPolicy = `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const e = escapeMarkup;
const percent = (share: number | null | undefined) => (share == null ? '–' : `${Math.round(share * 100)}\u00a0%`);
const instant = (at: number | null) =>
  at === null ? '–' : `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3_600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

const count = (number: number, one: string) => `${number} ${number === 1 ? one : `${one}s`}`;

const verdicts = { met: 'met', partial: 'partly met', not_met: 'not met', contradicted: 'contradicted' } as const;

const accounts: Record<Exclude<keyof TimeLedger, 'totalMs'>, string> = {
  thinkingMs: 'Thinking',
  typingMs: 'Typing',
  extendedMs: 'Own time by extension',
  evaluatingMs: 'Answers being judged',
  pausedMs: 'Paused',
  disconnectedMs: 'Without a connection',
  downMs: 'Service down',
};

function table(head: readonly string[], rows: readonly (readonly string[])[], numeric: readonly number[] = []): string {
  const cell = (tag: 'th' | 'td', text: string, index: number) =>
    `<${tag}${tag === 'th' ? ' scope="col"' : ''}${numeric.includes(index) ? ' class="number"' : ''}>${text}</${tag}>`;
  const line = (tag: 'th' | 'td', cells: readonly string[]) =>
    `<tr>${cells.map((text, index) => cell(tag, text, index)).join('')}</tr>`;
  const body = rows.map((cells) => line('td', cells)).join('\n');
  return `<div class="wide" tabindex="0"><table><thead>${line('th', head)}</thead><tbody>\n${body}\n</tbody></table></div>`;
}

/** An answer with what evidence lies in it marked. Evidence counts in all answers to the question so far, as one text. */
function markAnswer(text: string, offset: number, evaluation: EvaluationView | null | undefined): string {
  const isMarked = new Uint8Array(text.length);
  for (const { evidence } of evaluation?.points ?? [])
    for (const { start, end } of evidence) isMarked.fill(1, Math.max(0, start - offset), Math.max(0, end - offset));
  let html = '';
  for (let from = 0; from < text.length; ) {
    let to = from;
    while (to < text.length && isMarked[to] === isMarked[from]) to += 1;
    const run = e(text.slice(from, to));
    html += isMarked[from] ? `<mark>${run}</mark>` : run;
    from = to;
  }
  return html;
}

function renderEvaluation(evaluation: EvaluationView, label: string): string {
  const { score, confidence, needsReview, isDegraded, flags, evaluator, points } = evaluation;
  const remarks = [
    ...(needsReview ? ['a person should look at it'] : []),
    ...(isDegraded ? ['judged by the fallback'] : []),
  ];
  const rows = points.map(({ text, weight, verdict, coverage, evidence, reason }) => [
    `<bdi>${e(text)}</bdi>`,
    String(weight),
    `<span class="short">${verdicts[verdict]},</span> ${percent(coverage)}`,
    [
      ...evidence.map(({ quote }) => `<bdi>“${e(quote)}”</bdi>`),
      ...(reason === undefined ? [] : [`<span class="dim">${e(reason)}</span>`]),
    ].join('<br>'),
  ]);
  return `<p class="before">${label}: <strong>${percent(score)}</strong>, confidence ${percent(confidence)}, by ${e(evaluator.id)} ${e(evaluator.version)}${remarks.length > 0 ? `; ${e(remarks.join('; '))}` : ''}.</p>
${flags.length === 0 ? '' : `<ul>${flags.map((flag) => `<li><strong>${e(nameFlag(flag))}.</strong> ${e(explainFlag(flag))}</li>`).join('')}</ul>`}
${describeJudge(evaluation)
  .map((sentence) => `<p class="dim">${e(sentence)}</p>`)
  .join('\n')}
${table(['Point', 'Weight', 'Verdict', 'Evidence'], rows, [1])}`;
}

const passedWords = { skip: 'Skipped.', deadline: 'Time ran out.', end: 'The interview ended here.' } as const;

function renderEntry(entry: TranscriptEntry, before: readonly string[]): string {
  const { kind, text, answer, passed, evaluation, decision, failures, reevaluations = [] } = entry;
  const offset = before.length === 0 ? 0 : joinAnswers([...before, '']).length;
  return [
    ...(kind === 'followUp' ? [`<h3>Follow-up: <bdi>${e(text)}</bdi></h3>`] : []),
    answer
      ? `<div class="answer" dir="auto">${markAnswer(answer.text, offset, evaluation)}</div><p class="dim">${answer.from === 'draft' ? 'Taken from the draft when time ran out' : 'Submitted'}, ${instant(answer.at)}</p>`
      : `<p class="dim">${passed ? passedWords[passed] : 'Not answered.'}</p>`,
    ...failures.map(({ attempt, code }) => `<p class="dim">Attempt ${attempt} to judge it failed: ${e(code)}.</p>`),
    ...(evaluation === null ? ['<p><strong>Nothing could judge this answer; it waits for a person.</strong></p>'] : []),
    ...(evaluation ? [renderEvaluation(evaluation, 'Judged')] : []),
    ...reevaluations.map((again) => renderEvaluation(again, `Judged again, ${instant(again.at)}`)),
    ...(decision ? [`<p class="dim">${e(decision.text)}</p>`] : []),
  ].join('\n');
}

function renderQuestion(question: Report['questions'][number], index: number): string {
  const { text, score, threshold, reviewedScore, entries } = question;
  const before: string[] = [];
  const parts = entries.map((entry) => {
    const html = renderEntry(entry, before);
    if (entry.answer) before.push(entry.answer.text);
    return html;
  });
  const reviewed = reviewedScore === null ? '' : `, as reviewed <strong>${percent(reviewedScore)}</strong>`;
  return `<section>
<h2 dir="auto">${index + 1}. ${e(text)}</h2>
<p>Score <strong>${percent(score)}</strong>${reviewed}, threshold ${percent(threshold)}</p>
${parts.length === 0 ? '<p class="dim">Not asked.</p>' : parts.join('\n')}
</section>`;
}

function renderReview(review: ReviewView, questions: Report['questions']): string[] {
  const { at, by, rater, questionId, score, decision, isBlind, reason } = review;
  const said = [
    ...verdictsOf(review).map(({ pointId, verdict }) => `${pointId} ${verdicts[verdict]}`),
    ...(score === undefined ? [] : [percent(score)]),
    ...(decision === undefined ? [] : [decision]),
  ];
  const who = `${rater ?? by}${isBlind ? ', blind' : ''}`;
  const index = questions.findIndex(({ id }) => id === questionId);
  const about = questionId === undefined ? 'the interview' : index < 0 ? questionId : `question ${index + 1}`;
  return [instant(at), `<bdi>${e(who)}</bdi>`, e(about), e(said.join(', ')), `<bdi>${e(reason)}</bdi>`];
}

function nameJudge({ evaluator, model, prompt, count: times }: Report['provenance']['judges'][number]): string {
  const answered =
    !model || model.answeredBy === '' || model.answeredBy === model.name ? '' : `, answered by ${model.answeredBy}`;
  const asked = model ? `, model ${model.name} at ${model.provider}${answered}` : '';
  const by = prompt ? `, prompt ${prompt.version} ${prompt.hash}` : '';
  return `${evaluator.id} ${evaluator.version}${asked}${by} (${count(times, 'judgement')})`;
}

/** A report as one HTML page. Everything that somebody wrote is escaped. */
export function toHtml(report: Report): string {
  const { plan, candidate, counts, chain, provenance, timeLedger, reviews, agreement, questions } = report;
  const name = candidate.name ?? 'Candidate without a name';
  const held = chain.isIntact
    ? `holds over ${count(chain.recordCount, 'record')}`
    : `is BROKEN at record ${chain.brokenAt?.seq}`;
  const erased = chain.erasedAt === undefined ? '' : `; personal texts erased ${instant(chain.erasedAt)}`;
  const spent = Object.entries(accounts).map(([account, words]) => [
    words,
    duration(timeLedger[account as keyof TimeLedger]),
  ]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${e(plan.title)}: ${e(name)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1 dir="auto">${e(plan.title)}</h1>
<p><bdi>${e(name)}</bdi> · ${e(report.outcome ?? 'under way')} · started ${instant(report.startedAt)} · ended ${instant(report.completedAt)}</p>
<p>Score <strong>${percent(report.score)}</strong>${report.reviewedScore === null ? '' : `, as reviewed <strong>${percent(report.reviewedScore)}</strong>`} · ${counts.answered} of ${count(counts.questions, 'question')} answered, ${count(counts.followUps, 'follow-up')}, ${count(counts.needsReview, 'judgement')} for a person to look at</p>
<p class="dim">Scores come from what an evaluator found in the answers. They are aids for a person, not grades.</p>
${questions.map(renderQuestion).join('\n')}
${
  reviews.length === 0
    ? ''
    : `<section><h2>Reviews</h2>${table(
        ['When', 'Who', 'About', 'Says', 'Reason'],
        reviews.map((review) => renderReview(review, questions)),
      )}${agreement.length === 0 ? '' : `<h3>Agreement</h3><ul>${agreement.map((pair) => `<li>${e(sayAgreement(pair))}</li>`).join('')}</ul>`}</section>`
}
<section class="whole"><h2>Where the time went</h2>
${table(['Account', 'h:mm:ss'], [...spent, ['<strong>Together</strong>', `<strong>${duration(timeLedger.totalMs)}</strong>`]], [1])}
</section>
<section class="whole"><h2>Where this comes from</h2>
${table(
  ['What', 'Which'],
  [
    ['Interview', e(report.interviewId)],
    ['Plan', `${e(plan.id)} version ${plan.version}, ${e(plan.hash)}`],
    [
      'Rubrics',
      provenance.rubrics.map(({ questionId, hash: rubric }) => `${e(questionId)} ${rubric.slice(0, 16)}`).join(', '),
    ],
    [
      'Machine',
      `version ${e(provenance.machines.join(', then '))}; records of form ${provenance.recordForms.join(', then ')}`,
    ],
    ['Judged by', provenance.judges.map(nameJudge).map(e).join('<br>') || '–'],
    ['Time', `${report.accommodations.untimed ? 'without limits' : `× ${report.accommodations.timeMultiplier}`}`],
    ['Record chain', `${held}${erased}`],
    ['Chain head', e(chain.headHash)],
  ],
)}
</section>
</main>
</body>
</html>
`;
}
