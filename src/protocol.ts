import { z } from 'zod';
import { type ErrorCode, errorTable, VivaError } from './errors.ts';

// The whole wire language: everything a client may say (up), everything the server may say (down).
// Browser-safe: imports zod, the error table and wire.ts (the part that pages bundle without zod) only.
// PROTOCOL.md is the specification in words.

// biome-ignore lint/performance/noBarrelFile: not a barrel, three names that belong to the wire language
export { limits, parseDown, SUBPROTOCOL } from './wire.ts';

export const states = ['IDLE', 'QUESTIONING', 'EVALUATING', 'FOLLOW_UP', 'COMPLETE'] as const;
export const roles = ['candidate', 'reviewer', 'operator'] as const;
export const outcomes = ['finished', 'ended', 'declined', 'expired', 'cancelled'] as const;

export type State = (typeof states)[number];
export type Role = (typeof roles)[number];

const commandId = z.guid();
const promptId = z.string().min(1).max(200);
const instant = z.number().int();
const seq = z.number().int().nonnegative();

/** What a candidate is granted beside the plan. */
export const accommodations = z.object({
  timeMultiplier: z.number().min(1).max(10).exactOptional(),
  untimed: z.boolean().exactOptional(),
});

/** Commands: asks that may be refused. Every one carries an `id` chosen by the client. */
export const commandSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('interview.start'), id: commandId, consent: z.boolean().optional() }),
  z.object({ type: z.literal('answer.submit'), id: commandId, promptId, text: z.string() }),
  z.object({ type: z.literal('answer.draft'), id: commandId, promptId, text: z.string() }),
  z.object({ type: z.literal('prompt.skip'), id: commandId, promptId }),
  z.object({ type: z.literal('interview.pause'), id: commandId }),
  z.object({ type: z.literal('interview.resume'), id: commandId }),
  z.object({ type: z.literal('interview.end'), id: commandId }),
  z.object({ type: z.literal('interview.cancel'), id: commandId, reason: z.string().max(500).optional() }),
  z.object({
    type: z.literal('deadline.extend'),
    id: commandId,
    byMs: z.number().int().positive().max(86_400_000),
    reason: z.string().max(500).optional(),
  }),
  z
    .object({
      type: z.literal('accommodation.change'),
      id: commandId,
      ...accommodations.shape,
      reason: z.string().max(500).optional(),
    })
    .refine(({ timeMultiplier, untimed }) => timeMultiplier !== undefined || untimed !== undefined, {
      message: 'name timeMultiplier, untimed or both',
    }),
]);

export type Command = z.infer<typeof commandSchema>;
export type CommandType = Command['type'];

/** Which role may give which command. One table; nothing else decides it. */
export const commandRoles: Record<CommandType, Role> = {
  'interview.start': 'candidate',
  'answer.submit': 'candidate',
  'answer.draft': 'candidate',
  'prompt.skip': 'candidate',
  'interview.pause': 'candidate',
  'interview.resume': 'candidate',
  'interview.end': 'candidate',
  'interview.cancel': 'operator',
  'deadline.extend': 'operator',
  'accommodation.change': 'operator',
};

export const helloSchema = z.object({
  type: z.literal('hello'),
  ticket: z.string().min(1).max(4096),
  lastSeq: seq.optional(),
});
export const pingSchema = z.object({ type: z.literal('ping') });

/** Everything a client may send. */
export const upSchema = z.discriminatedUnion('type', [helloSchema, pingSchema, ...commandSchema.options]);
export type Up = z.infer<typeof upSchema>;

const prompt = z.object({
  id: z.string(),
  kind: z.enum(['question', 'followUp']),
  text: z.string(),
  /** 1-based number of the main question. */
  index: z.number().int().positive(),
  total: z.number().int().positive(),
  /** The main question's prompt id, for follow-ups. */
  parentId: z.string().optional(),
  /** The main question's words, for follow-ups: another device may not have seen them. */
  parentText: z.string().optional(),
  askedAt: instant,
  /** Absent = no limit, or the clock is stopped. */
  deadlineAt: instant.optional(),
  /** What is left while paused. */
  timeLeftMs: z.number().int().optional(),
  draft: z.string().optional(),
  /** Why a follow-up is asked, in words for the candidate. */
  reason: z.string().optional(),
  isSkippable: z.boolean(),
});

const candidateView = z.object({
  role: z.literal('candidate'),
  interviewId: z.string(),
  state: z.enum(states),
  prompt: prompt.nullable(),
  paused: z.boolean(),
  /** End of the pause budget while paused. */
  pauseEndsAt: instant.optional(),
  allowed: z.array(z.string()),
  progress: z.object({ answered: z.number().int(), total: z.number().int() }),
  serverTime: instant,
  outcome: z.enum(outcomes).optional(),
  /** What the candidate is told about the interview. */
  plan: z.object({
    title: z.string(),
    intro: z.string().optional(),
    consent: z.string().optional(),
    questionCount: z.number().int(),
    totalMinutes: z.number().optional(),
    pauseMinutes: z.number(),
    /** For so long in all their clock stops while they have no connection; absent = it runs on. */
    disconnectedMinutes: z.number().optional(),
    followUpsMax: z.number().int(),
    answerCharsMax: z.number().int(),
  }),
  candidateName: z.string().optional(),
  /** End of the invitation while IDLE. */
  invitationExpiresAt: instant.optional(),
  /** Only when the plan shows scores to the candidate and the interview is over. */
  results: z.array(z.object({ questionId: z.string(), text: z.string(), score: z.number().nullable() })).optional(),
});
export type CandidateView = z.infer<typeof candidateView>;
export type PromptView = z.infer<typeof prompt>;

const evidence = z.object({ quote: z.string(), start: z.number().int(), end: z.number().int() });
/** How a model was asked for a judgement. */
const modelUse = z.object({
  provider: z.string(),
  name: z.string(),
  answeredBy: z.string(),
  prompt: z.object({ version: z.string(), hash: z.string() }),
  rubricHash: z.string(),
  calls: z.number().int(),
  tokens: z.object({ input: z.number().int(), output: z.number().int() }),
  cost: z.number().optional(),
  scores: z.array(z.number()),
  scoreByWords: z.number(),
  doubts: z.array(z.string()),
});
const verdict = z.enum(['met', 'partial', 'not_met', 'contradicted']);
const evaluation = z.object({
  score: z.number(),
  confidence: z.number(),
  needsReview: z.boolean(),
  isDegraded: z.boolean(),
  flags: z.array(z.string()),
  evaluator: z.object({ id: z.string(), version: z.string() }),
  model: modelUse.optional(),
  points: z.array(
    z.object({
      id: z.string(),
      text: z.string(),
      weight: z.number(),
      verdict,
      coverage: z.number(),
      evidence: z.array(evidence),
      reason: z.string().optional(),
    }),
  ),
});
const decision = z.object({
  isAsked: z.boolean(),
  reason: z.string(),
  /** The reason in a sentence. */
  text: z.string(),
  pointId: z.string().optional(),
});

/** One prompt of the transcript with everything that followed from it. */
const entry = z.object({
  promptId: z.string(),
  kind: z.enum(['question', 'followUp']),
  questionId: z.string(),
  text: z.string(),
  askedAt: instant,
  pointId: z.string().optional(),
  answer: z.object({ text: z.string(), at: instant, from: z.enum(['submit', 'draft']) }).optional(),
  passed: z.enum(['skip', 'deadline', 'end']).optional(),
  /** How much of a draft there is. Its words are the candidate's own until they are an answer. Units: characters. */
  draftChars: z.number().int().optional(),
  evaluation: evaluation.nullable().optional(),
  failures: z.array(z.object({ attempt: z.number().int(), code: z.string(), at: instant })),
  decision: decision.optional(),
  /** The same answers judged again later; the first evaluation stays. Absent = never. */
  reevaluations: z.array(evaluation.extend({ seq, at: instant })).optional(),
});

/** What a person said of the interview, of a question, or of a point of one. */
const review = z.object({
  seq,
  at: instant,
  by: z.enum(['reviewer', 'operator']),
  rater: z.string().optional(),
  questionId: z.string().optional(),
  pointId: z.string().optional(),
  verdict: verdict.optional(),
  /** On several points at once. */
  verdicts: z.array(z.object({ pointId: z.string(), verdict })).optional(),
  score: z.number().optional(),
  /** Whoever reviewed had not been shown what others had made of it. */
  isBlind: z.boolean().optional(),
  decision: z.string().optional(),
  reason: z.string(),
});
export type ReviewView = z.infer<typeof review>;

const ms = z.number().int().nonnegative();

/** Where the time of an interview went, from its start to its end or until now. The parts add up to `totalMs`. */
export const timeLedgerSchema = z.object({
  thinkingMs: ms,
  /** Seconds before a draft or an answer came. */
  typingMs: ms,
  evaluatingMs: ms,
  /** A prompt was with the candidate, who had no connection. */
  disconnectedMs: ms,
  pausedMs: ms,
  /** The candidate's own time that only an operator's extension gave. */
  extendedMs: ms,
  /** The service was down. */
  downMs: ms,
  totalMs: ms,
});
export type TimeLedger = z.infer<typeof timeLedgerSchema>;

/** What happened in one interview, in order; the same shape in the reviewer's view, the transcript and the report. */
export const transcriptSchema = z.object({
  entries: z.array(entry),
  /** In order. Absent = none. */
  reviews: z.array(review).optional(),
});
export type Transcript = z.infer<typeof transcriptSchema>;
export type TranscriptEntry = z.infer<typeof entry>;
export type EvaluationView = z.infer<typeof evaluation>;

const reviewerView = candidateView.omit({ role: true, results: true }).extend({
  role: z.enum(['reviewer', 'operator']),
  /** Dotted path of the machine, e.g. `EVALUATING.SCORING`. */
  statePath: z.string(),
  createdAt: instant,
  startedAt: instant.optional(),
  completedAt: instant.optional(),
  endsAt: instant.optional(),
  isCandidateConnected: z.boolean(),
  planId: z.string(),
  planVersion: z.number().int(),
  transcript: transcriptSchema,
  timeLedger: timeLedgerSchema,
});
export type ReviewerView = z.infer<typeof reviewerView>;

export const viewSchema = z.discriminatedUnion('role', [candidateView, reviewerView]);
export type View = z.infer<typeof viewSchema>;

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string(),
  state: z.string().optional(),
  allowed: z.array(z.string()).optional(),
  problems: z.array(z.object({ path: z.string(), message: z.string(), line: z.number().int().optional() })).optional(),
  /** Ask again, but not sooner. */
  retryAfterMs: z.number().int().optional(),
});

/** One entry of the journal as reviewers may follow it. */
export const recordSchema = z.object({
  seq,
  at: instant,
  by: z.enum(['candidate', 'reviewer', 'operator', 'service']),
  event: z.looseObject({ type: z.string() }),
  facts: z.array(z.looseObject({ type: z.string() })),
  state: z.string(),
  /** The record's link in the chain. */
  hash: z.string(),
});

export type RecordView = z.infer<typeof recordSchema>;

/** Everything the server may send. */
export const downSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    connectionId: z.string(),
    epoch: z.number().int(),
    seq,
    /** True when `lastSeq` of the hello was the head: nothing was missed. */
    resumed: z.boolean(),
    view: viewSchema,
  }),
  z.object({ type: z.literal('view'), seq, view: viewSchema }),
  z.object({ type: z.literal('ack'), id: z.string(), seq, duplicate: z.boolean() }),
  z.object({
    type: z.literal('error'),
    id: z.string().optional(),
    problem: problemSchema,
    /** With NOT_ACCEPTED: where the interview is and what it takes there. */
    state: z.string().optional(),
    allowed: z.array(z.string()).optional(),
  }),
  z.object({ type: z.literal('record'), seq, record: recordSchema }),
  z.object({
    type: z.literal('notice'),
    notice: z.enum(['evaluating', 'superseded', 'restarting', 'deadline-soon']),
    at: instant,
    /** With `restarting`: come back after this long. */
    retryAfterMs: z.number().int().optional(),
  }),
  z.object({ type: z.literal('pong'), at: instant }),
]);
export type Down = z.infer<typeof downSchema>;

function explain(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'frame'}: ${issue.message}`)
    .join('; ');
}

/**
 * Read one frame from a client.
 *
 * Errors: FRAME_INVALID naming the field and what is accepted, never quoting the frame's text.
 */
export function parseUp(text: string): Up {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new VivaError('FRAME_INVALID', 'the frame is not JSON; one JSON object per frame is accepted');
  }
  const result = upSchema.safeParse(json);
  if (!result.success) throw new VivaError('FRAME_INVALID', explain(result.error));
  return result.data;
}

/** Write one frame for a client. */
export function format(frame: Down): string {
  return JSON.stringify(frame);
}
