import { hash } from 'node:crypto';
import type { Actor, DispatchResult } from '../actor.ts';
import { createActors } from '../actors.ts';
import type { Subscriber } from '../audience.ts';
import { createRubricEvaluator } from '../evaluators/rubric.ts';
import { createMemoryJournal } from '../journal/memory.ts';
import { checkPlan } from '../plans/check.ts';
import { findPlan, publishPlan } from '../plans/publish.ts';
import type { Plan } from '../plans/schema.ts';
import type { CandidateView, Command } from '../protocol.ts';
import { type Reading, readInterview } from '../report/read.ts';
import { buildReport, type Report } from '../report/report.ts';
import { type CandidateName, candidates, type Deed, questionOf } from './candidates.ts';
import { createVirtualClock } from './clock.ts';
import { seededRandom } from './random.ts';

/** A simulated interview, and what is to be said about it. */
export interface Simulation {
  plan: { id: string; title: string; hash: string };
  candidate: CandidateName;
  seed: number;
  /** What must not be: the interview did not end, or ended otherwise than the plan promises. */
  problems: string[];
  /** What the author should know. */
  warnings: string[];
  /** How often the service refused, by code. */
  refusals: Record<string, number>;
  report: Report;
}

/** Every simulation begins at this instant: nothing in it depends on when it is run. */
const STARTS_AT = Date.UTC(2026, 0, 1, 9);
/** A candidate who waits for an end that never comes gives up after this long. */
const PATIENCE_MS = 15 * 60_000;
const ANSWER_CHARS_MAX = 20_000;
/** More than any plan can ask: what still goes on then goes on for ever. */
const STEPS_MAX = 2_000;

const page: Subscriber = { id: 'page', role: 'candidate', publish() {}, notice() {}, end() {} };

function checkCourse({ head, standing, chain }: Reading, report: Report, plan: Plan, errors: string[]): string[] {
  const { worstCase } = checkPlan(plan);
  const { thinkingMs, typingMs } = report.timeLedger;
  const promptCount = report.questions.reduce((sum, { entries }) => sum + entries.length, 0);
  const limitMs = worstCase.candidateMinutes === null ? Number.POSITIVE_INFINITY : worstCase.candidateMinutes * 60_000;
  return [
    ...errors.map((error) => `the service logged an error: ${error}`),
    ...(standing.snapshot.context.outcome === null ? [`the interview did not end; it stands in ${head.state}`] : []),
    ...(chain.isIntact ? [] : ['the chain of its records does not hold']),
    ...(promptCount > worstCase.prompts
      ? [`${promptCount} prompts, more than the ${worstCase.prompts} of viva check`]
      : []),
    ...(thinkingMs + typingMs > limitMs ? ['it took longer than viva check says that it can'] : []),
  ];
}

/** What each candidate should come to by a plan that is as it should be. */
function checkScores(name: CandidateName, { questions }: Report): { problems: string[]; warnings: string[] } {
  const told = questions.flatMap(({ id, score, threshold, entries }) => {
    if (entries.length === 0) return [];
    const figures = `${score === null ? 'no score' : Math.round(score * 100) / 100}, threshold ${threshold}`;
    if (name === 'ideal' && (score ?? 0) < threshold)
      return [{ isWarning: false, text: `question ${id}: its own points, word by word, do not reach it (${figures})` }];
    if (name === 'silent' && score !== null)
      return [{ isWarning: false, text: `question ${id}: silence was scored (${figures})` }];
    if (name === 'hostile' && (score ?? 0) >= threshold && threshold > 0)
      return [{ isWarning: true, text: `question ${id}: a trick reaches it (${figures})` }];
    return [];
  });
  const texts = (isWarning: boolean) => told.filter((one) => one.isWarning === isWarning).map(({ text }) => text);
  return { problems: texts(false), warnings: texts(true) };
}

/** Play an interview by a plan, on the real parts and without waiting. The same seed gives the same simulation. */
export async function simulate(plan: Plan, name: CandidateName, seed: number): Promise<Simulation> {
  const random = seededRandom(seed);
  const clock = createVirtualClock(STARTS_AT);
  const journal = createMemoryJournal({ now: clock.now });
  const published = await publishPlan(journal, plan, clock.now());
  const errors: string[] = [];
  const refusals: Record<string, number> = {};
  let count = 0;
  const newId = () => {
    count += 1;
    const digits = hash('sha256', `${seed} ${count}`);
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
  };
  const evaluator = createRubricEvaluator();
  const actors = createActors({
    journal,
    findPlan: async () => published,
    evaluator,
    fallback: evaluator,
    clock,
    log: { error: (_details, message) => errors.push(message), warn() {} },
    owner: 'simulation',
    newId,
    newSalt: newId,
    downtime: { servingSince: STARTS_AT, after: async () => [] },
    limits: {
      mailboxMax: 256,
      answerCharsMax: ANSWER_CHARS_MAX,
      snapshotEvery: 50,
      leaseMs: 30_000,
      liveMax: 1,
      hibernateAfterMs: 60_000,
      sweepMs: 5_000,
    },
  });
  const { id } = await actors.create({ published, candidate: {}, accommodations: {} });
  const actor: Actor = await actors.open(id);
  await actor.attach(page);

  async function send(command: { type: string }): Promise<DispatchResult> {
    const result = await actor.dispatch({ id: newId(), ...command } as Command, 'candidate');
    if (!result.ok) refusals[result.problem.code] = (refusals[result.problem.code] ?? 0) + 1;
    await clock.settle();
    return result;
  }

  async function look(): Promise<CandidateView> {
    await clock.settle();
    return (await actor.read('candidate')) as CandidateView;
  }

  /** Until the prompt's time has run out; who waits for nothing gives up. */
  async function waitOut(view: CandidateView): Promise<void> {
    // A pause since has moved its deadline.
    const { prompt } = await look();
    if (prompt?.id !== view.prompt?.id) return;
    const waitMs = prompt?.deadlineAt === undefined ? PATIENCE_MS : prompt.deadlineAt - clock.now();
    await clock.pass(Math.max(0, waitMs));
    const next = await look();
    if (next.prompt?.id !== prompt?.id || next.prompt === null) return;
    await send(next.prompt.isSkippable ? { ...skipOf(next) } : { type: 'interview.end' });
  }

  const skipOf = ({ prompt }: CandidateView) => ({ type: 'prompt.skip', promptId: prompt?.id });

  async function perform(deed: Deed, view: CandidateView): Promise<void> {
    const promptId = view.prompt?.id;
    switch (deed.do) {
      case 'answer':
        await clock.pass(deed.afterMs);
        await send({ type: 'answer.submit', promptId, text: deed.text } as { type: string });
        break;
      case 'draft':
        await send({ type: 'answer.draft', promptId, text: deed.text } as { type: string });
        await waitOut(view);
        break;
      case 'wait':
        await waitOut(view);
        break;
      case 'skip':
        await clock.pass(deed.afterMs);
        await send(skipOf(view));
        break;
      case 'pause':
        if (!view.allowed.includes('interview.pause')) break;
        await send({ type: 'interview.pause' });
        await clock.pass(deed.forMs);
        if ((await look()).paused) await send({ type: 'interview.resume' });
        break;
      case 'end':
        await send({ type: 'interview.end' });
        break;
      case 'send':
        await send(deed.command);
    }
  }

  await send({ type: 'interview.start', consent: true } as { type: string });
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const view = await look();
    if (view.outcome !== undefined) break;
    if (!view.prompt) {
      // An answer is being judged: let the evaluator's own time pass.
      await clock.pass(1_000);
      continue;
    }
    const question = questionOf(plan, view.prompt);
    const deeds = candidates[name](view.prompt, { question, random, charsMax: ANSWER_CHARS_MAX });
    for (const deed of deeds) await perform(deed, view);
  }
  const reading = await readInterview(journal, (planId, version) => findPlan(journal, planId, version), id);
  await actors.drain();
  const report = buildReport(reading);
  const scores = checkScores(name, report);
  return {
    plan: { id: plan.id, title: plan.title, hash: published.hash },
    candidate: name,
    seed,
    problems: [...checkCourse(reading, report, plan, errors), ...scores.problems],
    warnings: scores.warnings,
    refusals,
    report,
  };
}
