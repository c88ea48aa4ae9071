import type { Line, Listed } from './api.ts';
import type { Filter } from './filter.ts';

// Canned lines of the list, for design mode and the screen tests. Not in the build.

const minute = 60_000;
const hour = 60 * minute;

type Part = Partial<Line> & { name?: string; ago: number };

const parts: Part[] = [
  {
    name: 'Noor Haddad',
    state: 'QUESTIONING',
    ago: 6_000,
    connection: 'connected',
    progress: { answered: 2, total: 5 },
    deadlineAt: 4 * minute,
  },
  {
    name: 'Jonas Lindqvist',
    state: 'EVALUATING',
    planId: 'frontend-accessibility',
    ago: 150_000,
    connection: 'connected',
    progress: { answered: 3, total: 6 },
    concerns: [
      {
        code: 'evaluation-slow',
        level: 'stuck',
        at: -150_000,
        text: 'An answer has waited minutes for its evaluation.',
      },
      {
        code: 'evaluation-failing',
        level: 'notice',
        at: -150_000,
        text: 'The evaluator failed 2 times, last with TIMEOUT.',
      },
    ],
  },
  {
    state: 'IDLE',
    ago: 12 * minute,
    node: null,
    progress: { answered: 0, total: 5 },
    deadlineAt: 6 * hour,
    concerns: [
      {
        code: 'invitation-ending',
        level: 'notice',
        at: 6 * hour,
        text: 'Nobody has taken up the invitation, and it runs out.',
      },
    ],
  },
  {
    name: 'Amélie Dubois-Fontainebleau de la Tour',
    state: 'FOLLOW_UP',
    planId: 'site-reliability',
    ago: 25 * minute,
    awaySince: -25 * minute,
    progress: { answered: 1, total: 4 },
    deadlineAt: 45 * minute,
    needsReview: 1,
    concerns: [
      { code: 'candidate-away', level: 'notice', at: -25 * minute, text: 'The candidate left in the middle.' },
    ],
  },
  {
    name: 'ليلى منصور',
    state: 'COMPLETE',
    outcome: 'finished',
    ago: 95 * minute,
    progress: { answered: 5, total: 5 },
    needsReview: 2,
  },
  {
    name: 'Chidi Okafor',
    state: 'COMPLETE',
    outcome: 'expired',
    planId: 'data-engineering',
    ago: 7 * hour,
    progress: { answered: 3, total: 8 },
  },
  {
    name: 'Mei Tanaka',
    state: 'COMPLETE',
    outcome: 'cancelled',
    planId: 'frontend-accessibility',
    ago: 28 * hour,
    progress: { answered: 0, total: 6 },
  },
];

function toLine({ name, ago, ...part }: Part, index: number, now: number): Line {
  const { deadlineAt = null, awaySince = null, concerns = [], outcome = null } = part;
  const from = (at: number | null) => (at === null ? null : now + at);
  return {
    id: `01J9Z6Q2M7R3X${index}`,
    state: 'IDLE',
    planId: 'backend-basics',
    planVersion: (index % 3) + 1,
    progress: null,
    needsReview: 0,
    node: outcome ? null : 'web-2/4711',
    ...part,
    connection: outcome ? null : (part.connection ?? 'away'),
    stateSince: now - ago,
    outcome,
    deadlineAt: from(deadlineAt),
    awaySince: from(awaySince),
    concerns: concerns.map((concern) => ({ ...concern, at: now + concern.at })),
    candidate: name === undefined ? {} : { name },
    createdAt: now - ago - (40 + index * 60) * minute,
    updatedAt: now - ago,
  };
}

/** The lines of a scene, as the API lists them. */
export function mockList(scene: string, now: number): (query: { filter: Filter; limit: number }) => Listed {
  const lines = parts.map((part, index) => toLine(part, index, now));
  const all =
    scene === 'list-empty'
      ? []
      : scene === 'list-long'
        ? Array.from({ length: 500 }, (_, index) => ({ ...(lines[index % 7] as Line), id: `mock-${index}` }))
        : lines;
  return ({ filter, limit }) => {
    const { state, planId, outcome, attention, q } = filter;
    const interviews = all
      .filter((line) => !state || line.state === state)
      .filter((line) => !planId || line.planId === planId)
      .filter((line) => !outcome || line.outcome === outcome)
      .filter((line) => !attention || line.concerns.length > 0)
      .filter((line) => (line.candidate.name ?? '').toLowerCase().includes(q.toLowerCase()));
    const cursor = interviews.length > limit ? String(limit) : null;
    return {
      page: { interviews: interviews.slice(0, limit), cursor, lookedAt: all.length },
      etag: null,
      servedAt: now,
    };
  };
}
