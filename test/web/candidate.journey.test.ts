import { describe, expect, it } from 'vitest';
import { errorTable } from '../../src/errors.ts';
import { type CandidateView, outcomes, type PromptView } from '../../src/protocol.ts';
import { describeChange, noteFor, placeOf, ranOut } from '../../web/candidate/journey.ts';
import { readLink } from '../../web/candidate/link.ts';
import { describeOutcome, describeProblem, describeRefusal, outcomeMessages } from '../../web/candidate/wording.ts';

const at = Date.UTC(2026, 0, 5, 9);

function prompt(given: Partial<PromptView> = {}): PromptView {
  return { id: 'q1', kind: 'question', text: 'Why?', index: 1, total: 5, askedAt: at, isSkippable: true, ...given };
}

function view(given: Partial<CandidateView> = {}): CandidateView {
  return {
    role: 'candidate',
    interviewId: 'i1',
    state: 'QUESTIONING',
    prompt: prompt(),
    paused: false,
    allowed: [],
    progress: { answered: 0, total: 5 },
    serverTime: at,
    plan: { title: 'A plan', questionCount: 5, pauseMinutes: 10, followUpsMax: 2, answerCharsMax: 20_000 },
    ...given,
  };
}

const timed = view({ prompt: prompt({ deadlineAt: at + 60_000 }) });
const idle = view({ state: 'IDLE', prompt: null });
const reading = view({ state: 'EVALUATING', prompt: null });

describe('what is announced', () => {
  it.each<[string, CandidateView | null, CandidateView, string | null]>([
    ['a first question', idle, view(), 'Question 1 of 5.'],
    ['its time', idle, timed, 'Question 1 of 5. 1 minute to answer.'],
    [
      'a follow-up',
      reading,
      view({ prompt: prompt({ id: 'q1.1', kind: 'followUp' }) }),
      'Follow-up to question 1 of 5.',
    ],
    ['the reading of an answer', view(), reading, 'Your answer is in and being read.'],
    ['a pause', timed, view({ paused: true }), 'Paused. Your time has stopped.'],
    ['the end of a pause', view({ paused: true }), timed, 'Your time is running again. 1 minute to answer.'],
    [
      'more time',
      timed,
      view({ prompt: prompt({ deadlineAt: at + 120_000 }) }),
      'You were given more time. 2 minutes to answer.',
    ],
    ['the end', view(), view({ state: 'COMPLETE', prompt: null, outcome: 'ended' }), 'You ended the interview.'],
    ['nothing for a saved draft', timed, { ...timed, prompt: prompt({ deadlineAt: at + 60_000, draft: 'x' }) }, null],
    ['nothing for the invitation', null, idle, null],
    ['nothing twice: reading', reading, { ...reading }, null],
  ])('%s', (_title, before, after, text) => {
    expect(describeChange(before, after)).toBe(text);
  });
});

describe('a prompt that closed', () => {
  const after = view({ prompt: prompt({ id: 'q2' }), serverTime: at + 60_000 });

  it('ran out of time when its deadline passed and the candidate did not close it', () => {
    expect(ranOut(timed, after, null)).toBe(true);
    expect(ranOut(timed, after, 'q1')).toBe(false);
    expect(ranOut(timed, { ...after, serverTime: at + 30_000 }, null)).toBe(false);
    expect(ranOut(timed, { ...timed, serverTime: at + 60_000 }, null)).toBe(false);
    expect(ranOut({ ...timed, paused: true }, after, null)).toBe(false);
    expect(ranOut(view(), after, null)).toBe(false);
    expect(ranOut(null, after, null)).toBe(false);
  });

  it('says what became of the text', () => {
    expect(noteFor(reading)).toContain('taken as your answer');
    expect(noteFor(after)).toContain('without an answer');
  });
});

describe('the words of the page', () => {
  it('name the place of every kind of prompt', () => {
    expect(placeOf(prompt({ index: 3 }))).toBe('Question 3 of 5');
    expect(placeOf(prompt({ index: 3, kind: 'followUp' }))).toBe('Follow-up to question 3 of 5');
  });

  it('exist for every outcome', () => {
    expect(Object.keys(outcomeMessages).sort()).toEqual([...outcomes].sort());
  });

  it('tell an invitation that ran out from an interview that did', () => {
    const done = { outcome: 'expired', progress: { answered: 0, total: 5 } } as const;
    expect(describeOutcome(done, false).title).toContain('invitation');
    expect(describeOutcome(done, true).title).toContain('time is over');
    expect(describeOutcome({ ...done, progress: { answered: 2, total: 5 } }, false).title).toContain('time is over');
  });

  it('exist for every code of the error table and never show it', () => {
    for (const code of Object.keys(errorTable)) {
      expect(describeProblem(code)).not.toContain(code);
      expect(describeRefusal(code).text).not.toContain(code);
    }
  });
});

describe('a link', () => {
  it('names the interview in the path and the token in the fragment', () => {
    expect(readLink({ pathname: '/interviews/i-1', hash: '#t.o.k' })).toEqual({ interviewId: 'i-1', token: 't.o.k' });
    expect(readLink({ pathname: '/interviews/i%201/', hash: '#t' })).toEqual({ interviewId: 'i 1', token: 't' });
  });

  it.each([
    ['/interviews/i1', ''],
    ['/interviews/i1', '#'],
    ['/interviews/', '#t'],
    ['/interviews/i1/more', '#t'],
    ['/', '#t'],
    ['/interviews/%E0%A4%A', '#t'],
  ])('%s%s is incomplete', (pathname, hash) => {
    expect(readLink({ pathname, hash })).toBeNull();
  });
});
