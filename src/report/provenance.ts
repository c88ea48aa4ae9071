import type { EvaluationView } from '../protocol.ts';

/** Why a person should look at what a model said, in words. */
const doubts: Record<string, string> = {
  'no-quote': 'it quoted what the answer does not say; such verdicts were not counted',
  'quote-is-order': 'it quoted an order to whoever marks the answer; such verdicts were not counted',
  'far-from-point': 'a quote shares no word with the point that it stands for',
  'against-evidence': 'it denies a point whose words are there',
  'too-few-judgements': 'the score is near to the threshold, and further judgements came to nothing',
  'turned-round': 'it counts as said what word matching takes for the contrary',
};

const percent = (score: number) => `${Math.round(score * 100)} %`;

/** Who or what judged, with which version, and what that cost: sentences for a report. */
export function describeJudge({ evaluator, model }: Pick<EvaluationView, 'evaluator' | 'model'>): string[] {
  if (!model) return [];
  const { name, answeredBy, provider, prompt, rubricHash, calls, tokens, cost, scores, scoreByWords } = model;
  const answered = answeredBy === '' || answeredBy === name ? '' : ` (${answeredBy} answered)`;
  const spent = cost === undefined ? '' : `, cost ${cost.toFixed(4)}`;
  return [
    `Model ${name}${answered} at ${provider}; prompt ${evaluator.id} ${prompt.version}, ${prompt.hash.slice(0, 12)}; rubric ${rubricHash.slice(0, 12)}; ${calls} ${calls === 1 ? 'call' : 'calls'}, ${tokens.input} tokens in and ${tokens.output} out${spent}.`,
    `Word matching alone says ${percent(scoreByWords)}.`,
    ...(scores.length > 1 ? [`Borderline, so judged ${scores.length} times: ${scores.map(percent).join(', ')}.`] : []),
    ...model.doubts.map((doubt) => `A person should look, because ${doubts[doubt] ?? doubt}.`),
  ];
}
