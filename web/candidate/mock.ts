import { toProblem } from '../../src/errors.ts';
import type { CandidateView, PromptView } from '../../src/protocol.ts';
import type { KeyValueStore } from './drafts.ts';
import type { Client, ClientState } from './port.ts';
import type { Receipt } from './receipt.ts';

// Canned states for design mode and for the screen tests. Times are relative to the moment of loading.

const now = Date.now();
const minute = 60_000;

const plan: CandidateView['plan'] = {
  title: 'Backend engineering basics',
  intro:
    'Five questions about everyday backend work. There is no trick in them: explain things the way you would to a colleague, with an example where you have one.',
  consent:
    'I agree that my answers are stored, scored with the help of software, and read by the hiring team. I can ask for their deletion at any time.',
  questionCount: 5,
  totalMinutes: 30,
  pauseMinutes: 10,
  followUpsMax: 2,
  answerCharsMax: 20_000,
};

const question: PromptView = {
  id: 'idempotency',
  kind: 'question',
  text: 'What makes an HTTP operation idempotent, and why does it matter for retries?',
  index: 2,
  total: 5,
  askedAt: now - 2_000,
  deadlineAt: now + 4 * minute - 2_000,
  isSkippable: true,
};

const followUp: PromptView = {
  ...question,
  id: 'idempotency.1',
  kind: 'followUp',
  parentId: 'idempotency',
  text: 'What happens on the server if the same request arrives twice?',
  reason: 'You described the idea; one part of it was not mentioned yet.',
};

const answer =
  'An operation is idempotent when doing it several times leaves the server in the same state as doing it once. ' +
  'PUT and DELETE are meant to be like that, POST is not.\n\nIt matters because a client that gets no answer cannot know ' +
  'whether the request was lost or only the response, so it has to be able to try again.';

const view: CandidateView = {
  role: 'candidate',
  interviewId: 'mock',
  state: 'QUESTIONING',
  prompt: question,
  paused: false,
  allowed: ['answer.submit', 'answer.draft', 'prompt.skip', 'interview.pause', 'interview.end'],
  progress: { answered: 1, total: 5 },
  serverTime: now,
  plan,
  candidateName: 'Noor',
};

const { prompt: _none, ...viewWithoutPrompt } = view;
const promptless = { ...viewWithoutPrompt, prompt: null };

function asking(prompt: Partial<PromptView>, rest: Partial<CandidateView> = {}): Partial<ClientState> {
  return { view: { ...view, ...rest, prompt: { ...question, ...prompt } } };
}

function done(outcome: NonNullable<CandidateView['outcome']>, rest: Partial<CandidateView> = {}): Partial<ClientState> {
  return {
    view: { ...promptless, state: 'COMPLETE', outcome, allowed: [], progress: { answered: 5, total: 5 }, ...rest },
  };
}

const welcome: CandidateView = {
  ...promptless,
  state: 'IDLE',
  allowed: ['interview.start', 'interview.end'],
  progress: { answered: 0, total: 5 },
  invitationExpiresAt: now + 6 * 24 * 60 * minute,
};

const { totalMinutes: _unlimited, intro: _intro, consent: _consent, ...barePlan } = plan;
const { candidateName: _name, ...namelessWelcome } = welcome;

/** Every state the page can be in, by name. */
export const mockStates = {
  connecting: { connection: 'connecting', view: null },
  welcome: { view: welcome },
  'welcome-bare': {
    view: { ...namelessWelcome, plan: { ...barePlan, pauseMinutes: 0, followUpsMax: 0, questionCount: 1 } },
  },
  question: asking({}),
  'question-draft': asking({ draft: answer }),
  'question-untimed': { view: { ...view, prompt: withoutDeadline(question) } },
  'question-low': asking({ askedAt: now - 10 * minute, deadlineAt: now + 4.4 * minute, draft: answer }),
  'question-short': asking({ askedAt: now - 3 * minute, deadlineAt: now + 48_000, draft: answer }),
  'question-last': asking({ askedAt: now - 4 * minute, deadlineAt: now + 12_000, draft: answer }),
  'question-up': asking({ askedAt: now - 4 * minute, deadlineAt: now - 100, draft: answer }),
  'question-long': asking(
    {
      text: `${question.text}\n\nThink of a payment that times out: the client does not know whether the money was moved. Say which parts of the system have to agree, who makes the key that identifies the attempt, how long it must be remembered, and what the second caller gets to see.`,
      draft: Array.from({ length: 6 }, () => answer).join('\n\n'),
      index: 17,
      total: 24,
    },
    { progress: { answered: 16, total: 24 } },
  ),
  'question-too-long': asking({ draft: answer }, { plan: { ...plan, answerCharsMax: 200 } }),
  'question-rtl': asking({
    text: 'ما الذي يجعل عملية HTTP متكررة الأثر، ولماذا يهم ذلك عند إعادة المحاولة؟',
    draft: 'العملية متكررة الأثر تترك الخادم في الحالة نفسها.',
  }),
  'question-conflict': asking({ draft: 'A text that was typed on the phone.' }),
  'follow-up': asking(followUp, { state: 'FOLLOW_UP', progress: { answered: 2, total: 5 } }),
  evaluating: { view: { ...promptless, state: 'EVALUATING', allowed: [], progress: { answered: 2, total: 5 } } },
  paused: {
    view: {
      ...view,
      paused: true,
      pauseEndsAt: now + 9.5 * minute,
      prompt: { ...withoutDeadline(question), timeLeftMs: 201_000 },
      allowed: ['interview.resume', 'interview.end'],
    },
  },
  reconnecting: { ...asking({ draft: answer }), connection: 'reconnecting', pendingCount: 1 },
  superseded: { connection: 'superseded', view },
  'refused-link': { connection: 'refused', view: null, problem: toProblem('UNAUTHENTICATED', 'the token is wrong') },
  'refused-unknown': {
    connection: 'refused',
    view: null,
    problem: toProblem('INTERVIEW_NOT_FOUND', 'there is no such interview'),
  },
  finished: done('finished'),
  results: done('finished', {
    results: [
      { questionId: 'a', text: question.text, score: 0.82 },
      { questionId: 'b', text: 'How do you find out why a database query became slow?', score: 0.45 },
      { questionId: 'c', text: 'What would you log, and what would you never log?', score: null },
    ],
  }),
  ended: done('ended', { progress: { answered: 3, total: 5 } }),
  'ended-offline': done('ended', { progress: { answered: 3, total: 5 } }),
  declined: done('declined', { progress: { answered: 0, total: 5 } }),
  expired: done('expired', { progress: { answered: 4, total: 5 } }),
  'expired-invitation': done('expired', { progress: { answered: 0, total: 5 } }),
  cancelled: done('cancelled', { progress: { answered: 2, total: 5 } }),
} satisfies Record<string, Partial<ClientState>>;

export type MockState = keyof typeof mockStates;

const headHash = '89bc202861f6a3b0c4a1d3e5f70718293a4b5c6d7e8f90a1b2c3d4e5f6071829';

const receipt: Receipt = {
  entries: [
    { promptId: 'idempotency', kind: 'question', text: question.text, askedAt: now - 20 * minute },
    { promptId: 'idempotency.1', kind: 'followUp', text: followUp.text, askedAt: now - 15 * minute },
    { promptId: 'logging', kind: 'question', text: 'What would you never log?', askedAt: now - 10 * minute },
  ].map((entry, index) => ({
    ...(entry as Receipt['entries'][number]),
    ...(index === 2
      ? { passed: 'skip' as const }
      : { answer: { text: answer, at: now - (14 - index) * minute, from: index === 0 ? 'submit' : 'draft' } }),
  })),
  timeLedger: {
    thinkingMs: 11.4 * minute,
    typingMs: 2.2 * minute,
    evaluatingMs: 7_000,
    disconnectedMs: 42_000,
    pausedMs: 3 * minute,
    extendedMs: minute,
    downMs: 15_000,
    totalMs: 18.6 * minute + 4_000,
  },
  chain: { isIntact: true, headHash },
};

/** The receipt of a canned state; the service does not answer for the one of that name, and one chain is broken. */
export function mockReceipt(name: MockState): Promise<Receipt> {
  if (name === 'ended-offline') return Promise.reject(new Error('nobody answers'));
  if (name === 'declined' || name === 'expired-invitation') return Promise.resolve({ ...receipt, entries: [] });
  return Promise.resolve(name === 'cancelled' ? { ...receipt, chain: { isIntact: false, headHash } } : receipt);
}

/** Is there a canned state of this name? */
export function isMockState(name: string): name is MockState {
  return name in mockStates;
}

function withoutDeadline(prompt: PromptView): PromptView {
  const { deadlineAt: _deadlineAt, ...rest } = prompt;
  return rest;
}

function mapStore(): KeyValueStore {
  const valueByKey = new Map<string, string>();
  return {
    get length() {
      return valueByKey.size;
    },
    key: (index) => [...valueByKey.keys()][index] ?? null,
    getItem: (key) => valueByKey.get(key) ?? null,
    setItem: (key, value) => valueByKey.set(key, value),
    removeItem: (key) => valueByKey.delete(key),
  };
}

/** A client that stands still: it takes every command and changes nothing; while "reconnecting" nothing is taken. */
export function createMockClient(name: MockState): { client: Client; store: KeyValueStore } {
  const store = mapStore();
  if (name === 'follow-up') {
    store.setItem(
      'viva.draft.mock.idempotency',
      JSON.stringify({ promptText: question.text, text: answer, sent: answer, saved: answer }),
    );
  }
  if (name === 'question-conflict') {
    store.setItem(
      'viva.draft.mock.idempotency',
      JSON.stringify({ promptText: question.text, text: answer, sent: '', saved: '' }),
    );
  }
  const state: ClientState = {
    connection: 'open',
    view: null,
    seq: 1,
    serverOffsetMs: 0,
    pendingCount: 0,
    attempt: 0,
    ...mockStates[name],
  };
  const client: Client = {
    connect: () => {},
    close: () => {},
    getState: () => state,
    subscribe: () => () => {},
    on: () => () => {},
    send: () =>
      new Promise((resolve) => {
        if (state.connection === 'open') setTimeout(() => resolve({ seq: 2, duplicate: false }), 150);
      }),
    takeOver: () => {},
  };
  return { client, store };
}
