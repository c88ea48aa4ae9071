import { expect, test } from 'vitest';
import { build, command } from '../support/app.ts';
import { runWith } from '../support/cli.ts';
import { isPostgresMissing, makeSchema, openPostgres } from '../support/journal.postgres.ts';

test.skipIf(isPostgresMissing)('[I8] a chain in PostgreSQL is checked beside the service, too', async () => {
  const url = await makeSchema();
  const app = await build({ journal: await openPostgres(url) });
  const { id, candidateToken } = await app.create();
  const socket = await app.enter(id, candidateToken);
  socket.send(command('interview.start'));
  await socket.next('ack');
  const verified = await runWith({ VIVA_STORE: url }, 'verify', id);
  expect(verified).toMatchObject({ code: 0, err: '' });
  expect(verified.out).toContain(`interview ${id}: the chain holds\nrecords: 2\n`);
  expect(await runWith({ VIVA_STORE: await makeSchema() }, 'verify', id)).toMatchObject({ code: 2, out: '' });
});
