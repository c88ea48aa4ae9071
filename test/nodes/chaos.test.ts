import { test } from 'vitest';
import { ask, isPostgresMissing, openPostgres } from '../support/journal.postgres.ts';
import { startServer } from '../support/postgres.server.ts';
import { INTERVIEWS, NODES, STORM_MS_MAX, storm } from '../support/storm.ts';

/** In a table beside, what epoch an interview was in when a record was added: a stale writer shows nowhere else. */
const witness = `
  CREATE TABLE witness (interview_id TEXT, seq BIGINT, written_by BIGINT, held_by BIGINT);
  CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO witness SELECT NEW.interview_id, NEW.seq, NEW.epoch, epoch FROM viva_interview WHERE id = NEW.interview_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER look AFTER INSERT ON viva_record FOR EACH ROW EXECUTE FUNCTION look()`;

test.skipIf(isPostgresMissing)(
  `[N8] ${INTERVIEWS} interviews on ${NODES} nodes that are killed, stopped, woken and cut off, and a PostgreSQL that restarts, lose no answer`,
  async () => {
    const server = await startServer();
    await storm('N8 on PostgreSQL', {
      url: server.url,
      async open() {
        await ask(witness, server.url);
        return openPostgres(server.url);
      },
      async restart() {
        await server.stop('immediate');
        await server.start();
      },
      async witness() {
        const stale = await ask('SELECT * FROM witness WHERE written_by <> held_by', server.url);
        const [seen] = await ask<{ count: number }>('SELECT count(*)::INTEGER AS count FROM witness', server.url);
        return { count: seen?.count ?? 0, stale };
      },
    });
  },
  STORM_MS_MAX,
);
