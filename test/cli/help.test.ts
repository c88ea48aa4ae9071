import { expect, test } from 'vitest';
import { run } from '../support/cli.ts';

test.each([['help'], ['--help'], ['-h']])('viva %s names the commands', async (argument) => {
  expect(await run(argument)).toMatchObject({ code: 0, out: expect.stringContaining('simulate'), err: '' });
});

test('viva help COMMAND explains one of them', async () => {
  expect(await run('help', 'simulate')).toEqual(await run('simulate', '--help'));
});

test('what is no command is named, and the commands are shown', async () => {
  expect(await run('dance')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('no command "dance"') });
});
