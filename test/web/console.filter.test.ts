import { describe, expect, it } from 'vitest';
import { isFiltering, readFilter, SEARCH_CHARS_MAX, toQuery, writeFilter } from '../../web/console/filter.ts';

const read = (text: string) => readFilter(new URLSearchParams(text));
const none = { state: null, planId: null, outcome: null, attention: null, q: '' };

describe('the filter of the list in the address', () => {
  it('is read as it was written', () => {
    const filter = { state: 'IDLE', planId: 'tea', outcome: 'ended', attention: 'stuck', q: 'Zoë & Co' } as const;
    expect(read(new URLSearchParams(writeFilter(filter)).toString())).toEqual(filter);
    expect(writeFilter(none)).toEqual({});
  });

  it('filters nothing with what it does not know, and searches for no more than the service takes', () => {
    expect(read('state=ASLEEP&outcome=won&attention=much&plan=')).toEqual(none);
    expect(read(`q=${'x'.repeat(200)}`).q).toHaveLength(SEARCH_CHARS_MAX);
    expect([isFiltering(none), isFiltering({ ...none, q: ' ' }), isFiltering({ ...none, q: 'x' })]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('is asked of the API in its words', () => {
    expect(toQuery({ ...none, planId: 'tea', q: ' ada ' })).toEqual({ q: 'ada', planId: 'tea' });
  });
});
