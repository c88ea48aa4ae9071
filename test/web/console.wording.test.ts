import { describe, expect, it } from 'vitest';
import { flags } from '../../src/evaluators/evaluator.ts';
import { outcomes, states } from '../../src/protocol.ts';
import { explainFlag, nameFlag } from '../../src/report/flags.ts';
import { announceInterview, labelInterview, labelState, outcomeLabels } from '../../web/console/wording.ts';

const view = { state: 'EVALUATING', statePath: 'EVALUATING.SCORING', paused: false, prompt: null } as const;

describe('the words of the console', () => {
  it('has a different label for every state', () => {
    expect(new Set(states.map((state) => labelState(state).text)).size).toBe(states.length);
  });

  it('does not present an interview whose outcome is unknown as a success', () => {
    expect(labelState('COMPLETE')).toMatchObject({ text: 'Over', tone: 'plain' });
  });

  it('shows a state of a later version by its own name', () => {
    expect(labelState('ARCHIVED').text).toBe('ARCHIVED');
  });

  it('shows the outcome before the state, and the pause before what is paused', () => {
    expect(outcomes.map((outcome) => labelInterview({ ...view, outcome }).text)).toEqual(
      outcomes.map((outcome) => outcomeLabels[outcome].text),
    );
    expect(labelInterview({ state: 'QUESTIONING', statePath: 'QUESTIONING.PAUSED', paused: true }).text).toBe('Paused');
  });

  it('says what evaluating is doing, from its child state', () => {
    const texts = ['SCORING', 'BACKING_OFF', 'FALLBACK'].map(
      (child) => labelInterview({ ...view, statePath: `EVALUATING.${child}` }).text,
    );
    expect(texts).toEqual(['Evaluating', 'Retrying evaluation', 'Fallback evaluator']);
    expect(labelInterview({ ...view, statePath: 'EVALUATING.LATER' }).text).toBe('Evaluating');
  });

  it('explains every flag of the vocabulary, and says so when it knows one not', () => {
    const unknown = explainFlag('of-a-later-version');
    expect(flags.filter((flag) => explainFlag(flag) === unknown)).toEqual([]);
    expect(nameFlag('off-topic')).toBe('Off topic');
  });

  it('tells a screen reader which question is answered', () => {
    const prompt = { id: 'b', kind: 'question', text: '', index: 2, total: 5, askedAt: 0, isSkippable: true } as const;
    expect(announceInterview({ state: 'QUESTIONING', paused: false, prompt })).toBe(
      'The candidate is answering question 2 of 5.',
    );
  });
});
