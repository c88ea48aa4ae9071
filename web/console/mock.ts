import type { Client, ClientEvents, ClientState } from '../../src/client.ts';
import { toProblem } from '../../src/errors.ts';
import type { ReviewerView } from '../../src/protocol.ts';
import type { Api, JournalEntry, Reply, Summary } from './api.ts';
import { mockEmptyReport, mockMoments, mockReport, mockViews } from './mock-interview.ts';
import { createSecrets } from './secrets.ts';
import type { Service } from './service.ts';

// Canned data behind the console, for design mode and the screen tests. Not in the build.

const now = Date.now();
const minute = 60_000;

const people: [string | undefined, string, string, number][] = [
  ['Noor Haddad', 'QUESTIONING', 'backend-basics', 0.1],
  ['Jonas Lindqvist', 'EVALUATING', 'frontend-accessibility', 0.3],
  [undefined, 'IDLE', 'backend-basics', 12],
  ['Amélie Dubois-Fontainebleau de la Tour', 'FOLLOW_UP', 'site-reliability', 2],
  ['ليلى منصور', 'COMPLETE', 'backend-basics', 95],
  ['Chidi Okafor', 'COMPLETE', 'data-engineering', 60 * 7],
  ['Mei Tanaka', 'COMPLETE', 'frontend-accessibility', 60 * 28],
];

const summaries: Summary[] = people.map(([name, state, planId, minutesAgo], index) => ({
  id: `01J9Z6Q2M7R3X${index}`,
  state,
  planId,
  planVersion: (index % 3) + 1,
  candidate: name === undefined ? {} : { name },
  createdAt: now - (minutesAgo + 40 + index * 60) * minute,
  updatedAt: now - minutesAgo * minute,
}));

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

const headsByScene: Record<string, Summary[]> = {
  'list-empty': [],
  'list-long': Array.from({ length: 120 }, (_, index) => ({
    ...(summaries[index % 7] as Summary),
    id: `mock-${index}`,
  })),
};

function pageOf(
  heads: Summary[],
  state: string | null,
  limit: number,
): { interviews: Summary[]; cursor: string | null } {
  const matching = heads.filter((head) => !state || head.state === state);
  return { interviews: matching.slice(0, limit), cursor: matching.length > limit ? String(limit) : null };
}

function mockApi(scene: string): Api {
  const heads = headsByScene[scene] ?? summaries;
  return {
    listInterviews: ({ state, limit }) =>
      scene === 'list-lost' ? Promise.resolve(lost) : reply(pageOf(heads, state, limit)),
    listPlans: () =>
      reply({
        plans: [
          { id: 'backend-basics', version: 3, title: 'Backend engineering basics', questionCount: 5 },
          { id: 'frontend-accessibility', version: 1, title: 'Frontend and accessibility', questionCount: 6 },
        ],
      }),
    createInterview: () => reply({ id: 'new', ...links }),
    readLinks: () => reply(links),
    giveCommand: (_id, { type }) =>
      type === 'interview.cancel'
        ? Promise.resolve({ ok: false, problem: toProblem('NOT_ACCEPTED', 'The interview is COMPLETE.') })
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
  access: { path: '/', hasKey: false },
  running: interviewScene(opened),
  playing: { ...interviewScene({ ...opened, view: mockMoments[0] ?? null }), moments: mockMoments },
  evaluating: interviewScene({ ...opened, view: mockMoments[1] ?? null }),
  invited: interviewScene({ ...opened, view: mockViews.invited }),
  paused: interviewScene({ ...opened, view: mockViews.paused }),
  cancelled: interviewScene({ ...opened, view: mockViews.cancelled }),
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
  return { service: { secrets, openApi: () => api, openClient: () => client }, advance: client.advance };
}
