import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ensureSample, publishPlans } from '../../src/sample.ts';
import { build, command } from '../support/app.ts';
import { manualClock } from '../support/clock.ts';

const examples = resolve(import.meta.dirname, '../../examples/plans');

test('the example plans are published once, however often the service starts', async () => {
  const { journal } = await build();
  const first = await publishPlans(journal, examples, 1);
  expect(first.map(({ plan }) => plan.id)).toContain('backend-basics');
  expect((await publishPlans(journal, examples, 2)).map(({ version }) => version)).toEqual(first.map(() => 1));
});

test('a broken example stops the start with its file and line', async () => {
  const { journal } = await build();
  const folder = mkdtempSync(join(tmpdir(), 'viva-plans-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'broken.yaml'), 'id: broken\ntitle: 7\nquestions: []\n');
  await expect(publishPlans(journal, folder, 1)).rejects.toThrow(/broken\.yaml:2 title/);
});

test('there is one open sample: the same after a restart, a new one when it is over or has run out', async () => {
  const clock = manualClock();
  const { journal, actors } = await build({ clock });
  const plans = await publishPlans(journal, examples, clock.now());
  const ensure = () => ensureSample({ journal, actors, clock }, plans);
  const first = await ensure();
  expect(await ensure()).toBe(first);
  const actor = await actors.open(first ?? '');
  await actor.dispatch(command('interview.cancel'), 'operator');
  const second = await ensure();
  expect(second).not.toBe(first);
  clock.jump(clock.now() + 365 * 86_400_000);
  const third = await ensure();
  expect([first, second]).not.toContain(third);
  expect(await ensure()).toBe(third);
});

test('without its plan there is no sample', async () => {
  const { journal, actors } = await build();
  const clock = manualClock();
  expect(await ensureSample({ journal, actors, clock }, [])).toBeNull();
});
