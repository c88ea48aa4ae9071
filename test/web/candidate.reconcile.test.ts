import { describe, expect, it } from 'vitest';
import { reconcile } from '../../web/candidate/reconcile.ts';

function local(text: string, { sent = '', saved = '' } = {}) {
  return { promptText: 'A question?', text, sent, saved };
}

describe("this device's text and the server's draft", () => {
  it.each([
    ['nothing here: the server', null, 'server', { text: 'server', isUnsaved: false }],
    ['nothing anywhere', null, '', { text: '', isUnsaved: false }],
    ['the same', local('same'), 'same', { text: 'same', isUnsaved: false }],
    ['nothing on the server: this device', local('typed'), '', { text: 'typed', isUnsaved: true }],
    ['typed on since the last save', local('one two', { saved: 'one' }), 'one', { text: 'one two', isUnsaved: true }],
    ['rewritten since the last save', local('two', { saved: 'one' }), 'one', { text: 'two', isUnsaved: true }],
    ['sent, the acknowledgement lost', local('x', { sent: 'b', saved: 'a' }), 'b', { text: 'x', isUnsaved: true }],
    ['emptied since the last save', local('', { saved: 'one' }), 'one', { text: '', isUnsaved: true }],
    ['unknown here, continued here', local('one two three'), 'one two', { text: 'one two three', isUnsaved: true }],
    ['unknown here, continued there', local('one'), 'one two', { text: 'one two', isUnsaved: false }],
    ['blank here, written there', local(' \n'), 'other', { text: 'other', isUnsaved: false }],
  ])('%s', (_title, mine, theirs, expected) => {
    expect(reconcile(mine, theirs)).toEqual(expected);
  });

  it('that both went their own way: the server wins and the text of this device is offered', () => {
    const mine = local('typed here', { sent: 'old', saved: 'old' });
    expect(reconcile(mine, 'typed there')).toEqual({ text: 'typed there', isUnsaved: false, other: 'typed here' });
  });
});
