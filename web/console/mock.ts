import type { Client, ClientEvents, ClientState } from '../../src/client.ts';
import { toProblem } from '../../src/errors.ts';
import type { ReviewerView } from '../../src/protocol.ts';
import type { Api, JournalEntry, QueueRead, Reply } from './api.ts';
import { mockEmptyReport, mockMoments, mockReport, mockViews } from './mock-interview.ts';
import { mockList } from './mock-list.ts';
import { mockStatistics } from './mock-statistics.ts';
import { createPreferences } from './preferences.ts';
import { createQueue } from './queue.ts';
import { createSecrets } from './secrets.ts';
import type { Service } from './service.ts';

// Canned data behind the console, for design mode and the screen tests. Not in the build.

const now = Date.now();
const minute = 60_000;

const records: JournalEntry[] = [
  record(1, 'operator', 'interview.create', {}, [], 'IDLE'),
  record(
    2,
    'candidate',
    'interview.start',
    { consent: true },
    [
      { type: 'interview.started', consent: true },
      { type: 'prompt.asked', prompt: { id: 'idempotency', kind: 'question', deadlineAt: now } },
    ],
    'QUESTIONING.ANSWERING',
  ),
  record(
    3,
    'candidate',
    'answer.draft',
    { promptId: 'idempotency', text: 'An operation' },
    [],
    'QUESTIONING.ANSWERING',
  ),
  record(
    4,
    'candidate',
    'answer.submit',
    { promptId: 'idempotency', text: 'x'.repeat(312) },
    [
      { type: 'answer.taken', promptId: 'idempotency', questionId: 'idempotency', from: 'submit' },
      { type: 'evaluation.started', answerId: 'idempotency', attempt: 1 },
    ],
    'EVALUATING.SCORING',
  ),
  record(
    5,
    'service',
    'xstate.done.actor.evaluate',
    { output: { ok: true } },
    [
      { type: 'evaluation.done', answerId: 'idempotency', score: 0.52, needsReview: false },
      { type: 'followUp.decided', questionId: 'idempotency', decision: { isAsked: true, reason: 'point-missing' } },
    ],
    'FOLLOW_UP.ANSWERING',
  ),
];

function record(
  seq: number,
  by: JournalEntry['by'],
  type: string,
  fields: Record<string, unknown>,
  facts: JournalEntry['facts'],
  state: string,
): JournalEntry {
  return { seq, at: now - (6 - seq) * minute, by, event: { type, ...fields }, facts, state, hash: '' };
}

function reply<T>(value: T): Promise<Reply<T>> {
  return Promise.resolve({ ok: true, value });
}

const lost = { ok: false, problem: toProblem('TRY_LATER', 'The service cannot be reached from here.') } as const;

const links = {
  candidateUrl: 'http://127.0.0.1:3000/interviews/01J9Z6Q2M7R3XA#eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiY2FuZGlkYXRl',
  reviewerUrl: 'http://127.0.0.1:3000/console/interviews/01J9Z6Q2M7R3XA#eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoicmV2',
};

const mockQueue: QueueRead = {
  cases: [
    ['Chidi Okafor', 'deploy', null, 90],
    ['Noor Haddad', 'slow-query', 0.43, 12],
    [undefined, 'idempotency', 0.51, 400],
    ['Amélie Dubois-Fontainebleau de la Tour', 'a-question-with-a-long-name', 0.55, 3_000],
  ].map(([name, questionId, confidence, minutesAgo]) => ({
    interviewId: '01J9Z6Q2M7R3X4',
    candidate: typeof name === 'string' ? { name } : {},
    planId: 'backend-basics',
    planVersion: 3,
    questionId: String(questionId),
    confidence: confidence === null ? null : Number(confidence),
    at: now - Number(minutesAgo) * minute,
  })),
  found: 4,
  lookedAt: 1_000,
  cursor: 'older',
};

function mockApi(scene: string): Api {
  const list = mockList(scene, now);
  return {
    listInterviews: (query) => (scene === 'list-lost' ? Promise.resolve(lost) : reply(list(query))),
    listPlans: () =>
      reply({
        plans: [
          { id: 'backend-basics', version: 3, title: 'Backend engineering basics', questionCount: 5 },
          { id: 'frontend-accessibility', version: 1, title: 'Frontend and accessibility', questionCount: 6 },
        ],
      }),
    readStatistics: () => reply(mockStatistics(scene)),
    createInterview: () => reply({ id: 'new', ...links }),
    readLinks: () => reply(links),
    giveCommand: (_id, { type }) =>
      type === 'interview.cancel'
        ? Promise.resolve({ ok: false, problem: toProblem('NOT_ACCEPTED', 'The interview is COMPLETE.') })
        : reply({ seq: 6 }),
    readQueue: () => reply(scene === 'queue-empty' ? { ...mockQueue, cases: [], found: 0, cursor: null } : mockQueue),
    addReview: (_id, { reason }) =>
      reason === 'too many'
        ? Promise.resolve({ ok: false, problem: toProblem('REVIEWS_FULL', 'at most 200 belong to one interview') })
        : reply({ seq: 6 }),
    readMoment: () => reply(mockViews.running),
    readPath: () => Promise.resolve(lost),
    readLayout: () => Promise.resolve(lost),
    readReport: () => reply(scene === 'invited' ? mockEmptyReport : mockReport),
    readTranscript: () => reply(mockViews.running.transcript),
    readJournal: () => reply({ records }),
  };
}

function mockClient(state: ClientState, moments: ReviewerView[]): Client & { advance(): void } {
  let current = state;
  let step = 0;
  const listeners = new Set<() => void>();
  return {
    connect() {},
    close() {},
    getState: () => current,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send: () => Promise.reject(new Error('the mock takes no commands')),
    on:
      <Type extends keyof ClientEvents>(_type: Type) =>
      () => {},
    takeOver() {},
    advance() {
      step = Math.min(step + 1, moments.length - 1);
      const view = moments[step];
      if (view) current = { ...current, view, seq: current.seq + 1 };
      for (const listener of listeners) listener();
    },
  };
}

const opened: ClientState = {
  connection: 'open',
  view: mockViews.running,
  seq: records.length,
  serverOffsetMs: 0,
  pendingCount: 0,
  attempt: 0,
};

const problem = toProblem('INTERVIEW_NOT_FOUND', 'No interview has this id.');

/** Every moment the console can be in, by name. `path` is below `/console`. */
export const mockScenes: Record<
  string,
  { path: string; hasKey: boolean; state?: ClientState; moments?: ReviewerView[] }
> = {
  list: { path: '/', hasKey: true },
  'list-long': { path: '/', hasKey: true },
  'list-empty': { path: '/', hasKey: true },
  'list-lost': { path: '/', hasKey: true },
  statistics: { path: '/statistics', hasKey: true },
  'statistics-few': { path: '/statistics', hasKey: true },
  'statistics-none': { path: '/statistics', hasKey: true },
  access: { path: '/', hasKey: false },
  running: interviewScene(opened),
  playing: { ...interviewScene({ ...opened, view: mockMoments[0] ?? null }), moments: mockMoments },
  evaluating: interviewScene({ ...opened, view: mockMoments[1] ?? null }),
  invited: interviewScene({ ...opened, view: mockViews.invited }),
  away: interviewScene({ ...opened, view: mockViews.away }),
  paused: interviewScene({ ...opened, view: mockViews.paused }),
  cancelled: interviewScene({ ...opened, view: mockViews.cancelled }),
  queue: { path: '/reviews', hasKey: true },
  'queue-empty': { path: '/reviews', hasKey: true },
  'queue-blind': { path: '/reviews', hasKey: true },
  'queue-case': {
    ...interviewScene({ ...opened, view: mockViews.judged }),
    path: '/interviews/01J9Z6Q2M7R3X4?case=slow-query',
  },
  judged: interviewScene({ ...opened, view: mockViews.judged }),
  blind: interviewScene({ ...opened, view: mockViews.judged }),
  reviewer: { ...interviewScene({ ...opened, view: mockViews.reviewer }), hasKey: false },
  reconnecting: interviewScene({ ...opened, connection: 'reconnecting' }),
  opening: interviewScene({ ...opened, connection: 'connecting', view: null }),
  refused: interviewScene({ ...opened, connection: 'refused', view: null, problem }),
};

function interviewScene(state: ClientState) {
  return { path: '/interviews/01J9Z6Q2M7R3X4', hasKey: true, state };
}

/** The service of one scene; `advance` lets the next moment arrive. */
export function mockService(name: string): { service: Service; advance(): void } {
  const scene = mockScenes[name];
  const secrets = createSecrets(null);
  if (scene?.hasKey) secrets.keep({ adminKey: 'mock' });
  else if (scene?.state) secrets.keep({ interviewId: '01J9Z6Q2M7R3X4', token: 'mock' });
  const client = mockClient(scene?.state ?? opened, scene?.moments ?? []);
  const api = mockApi(name);
  const preferences = createPreferences(null);
  if (name === 'judged') preferences.set({ rater: 'Kim' });
  if (name === 'blind' || name === 'queue-blind') preferences.set({ rater: 'Kim', isBlind: true });
  return {
    service: { secrets, preferences, queue: createQueue(), openApi: () => api, openClient: () => client },
    advance: client.advance,
  };
}
