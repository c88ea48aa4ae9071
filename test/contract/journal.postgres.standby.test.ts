import { describe, expect, test } from 'vitest';
import { startBalancer } from '../support/balancer.ts';
import { ask, isPostgresMissing, openPostgres } from '../support/journal.postgres.ts';
import { claim, create, fenced, fill, makeAppend, makeRecord } from '../support/journal.ts';
import { startServer } from '../support/postgres.server.ts';
import { rule } from '../support/rules.ts';

const syncStandby = { synchronous_standby_names: 'standby', synchronous_commit: 'on' };

async function lsnOf(url: string): Promise<string> {
  const [row] = await ask<{ lsn: string }>('SELECT pg_current_wal_flush_lsn()::TEXT AS lsn', url);
  return row?.lsn ?? '';
}

/** A server, a standby that follows it over a network that can be cut, and one address for whichever is the primary. */
async function startPair(settings: Record<string, string>) {
  const primary = await startServer({ settings: { wal_level: 'replica', ...settings } });
  const between = await startBalancer();
  between.add(primary.url);
  const follows = `postgres://127.0.0.1:${between.port}`;
  const standby = await startServer({ primary: { url: primary.url, follows } });
  const address = await startBalancer();
  address.add(primary.url);
  const url = new URL(primary.url);
  url.port = String(address.port);
  const isStreaming = "SELECT 1 FROM pg_stat_replication WHERE application_name = 'standby' AND state = 'streaming'";
  while ((await ask(isStreaming, primary.url)).length === 0);
  return {
    url: url.href,
    /** Resolves when the standby has all that was written. */
    async hasAll() {
      const isThere = `SELECT 1 FROM pg_stat_replication WHERE flush_lsn >= '${await lsnOf(primary.url)}'`;
      while ((await ask(isThere, primary.url)).length === 0);
    },
    cut: between.hush,
    async failOver() {
      await primary.stop('immediate');
      await standby.promote();
      address.remove(primary.url);
      address.add(standby.url);
    },
  };
}

describe.skipIf(isPostgresMissing)('a standby of PostgreSQL', () => {
  test(rule('J66'), { timeout: 120_000 }, async () => {
    const { url, failOver } = await startPair(syncStandby);
    const journal = await openPostgres(url);
    const ids = await Promise.all(Array.from({ length: 20 }, () => create(journal)));
    const ackedById = new Map<string, number>();
    const writing = ids.map(async (id) => {
      const { head } = await claim(journal, id);
      for (let seq = head.headSeq + 1; ; seq += 1) {
        const appended = await journal.append(makeAppend(id, head.epoch, seq)).catch(() => null);
        if (!appended) return;
        expect(appended).toEqual({ ok: true });
        ackedById.set(id, seq);
      }
    });
    while (ackedById.size < ids.length) await new Promise((resolve) => setImmediate(resolve));
    await failOver();
    await Promise.all(writing);
    while (await journal.ping().catch((error: unknown) => error));
    for (const id of ids) {
      const { head, tail } = await claim(journal, id, 'next');
      expect(tail.map(({ seq }) => seq)).toEqual(Array.from({ length: head.headSeq }, (_, index) => index + 1));
      const acked = ackedById.get(id) ?? 0;
      expect([acked, acked + 1]).toContain(head.headSeq);
      // It waits for no standby of its own: nobody has told it to.
      expect(await journal.append(makeAppend(id, head.epoch, head.headSeq + 1))).toEqual({ ok: true });
    }
  });

  test('[J66] what a standby has not received is acknowledged to nobody', { timeout: 120_000 }, async () => {
    const { url, cut, failOver } = await startPair(syncStandby);
    const journal = await openPostgres(url);
    const id = await create(journal);
    const epoch = await fill(journal, id, 1);
    cut();
    await expect(journal.append(makeAppend(id, epoch, 3))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await failOver();
    while (await journal.ping().catch((error: unknown) => error));
    expect((await claim(journal, id, 'next')).head).toMatchObject({ epoch: epoch + 1, headSeq: 2 });
  });

  test('[J66] a commit that was told not to wait for the standby is not acknowledged', {
    timeout: 120_000,
  }, async () => {
    const { url, cut } = await startPair(syncStandby);
    const journal = await openPostgres(url);
    const id = await create(journal);
    const epoch = await fill(journal, id, 1);
    cut();
    const append = expect(journal.append(makeAppend(id, epoch, 3))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('standby'),
    });
    const cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    while ((await ask(cancel, url)).length === 0);
    await append;
    // It is there, as with every commit of which nobody knows; whoever claims finds it.
    expect((await journal.load(id))?.head.headSeq).toBe(3);
  });

  test('[J66] a standby that nobody waits for loses what was acknowledged', { timeout: 120_000 }, async () => {
    const { url, hasAll, cut, failOver } = await startPair({});
    const journal = await openPostgres(url);
    const id = await create(journal);
    const epoch = await fill(journal, id, 1);
    await hasAll();
    cut();
    const lost = makeRecord(3, epoch, { hash: 'hash of what is lost' });
    expect(await journal.append(makeAppend(id, epoch, 3, { record: lost }))).toEqual({ ok: true });
    await failOver();
    while (await journal.ping().catch((error: unknown) => error));
    expect((await journal.load(id))?.head).toMatchObject({ epoch, headSeq: 2 });
    // Somebody else got the same epoch there, and wrote another third record.
    expect(await journal.append(makeAppend(id, epoch, 3))).toEqual({ ok: true });
    expect(await journal.append(makeAppend(id, epoch, 4, { previousHash: lost.hash }))).toEqual(fenced);
  });
});
