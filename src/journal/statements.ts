import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

const HEAD = `number, id, (SELECT meta FROM opening WHERE opening.interview = interview.number) AS meta,
  epoch, head_seq, state, wake_at, updated_at, head_hash, record_version, machine_version, erased_at`;
const RECORD = `seq, epoch, at, cause, state, event, facts, command_id, command_digest,
  record_version, machine_version, hash, salt`;
const IS_FREE = '(owner IS NULL OR lease_until <= :now)';

/** Every statement of the engine. What is held stands in one index by its owner, what is free in those by state and wake-up. */
const texts = {
  findIdempotency: `SELECT interview.id, digest FROM idempotency JOIN interview ON interview.number = idempotency.interview
    WHERE key = :key`,
  addIdempotency: 'INSERT INTO idempotency (key, digest, interview) VALUES (:key, :digest, :number)',
  addInterview: `INSERT INTO interview
    (id, created_at, epoch, owner, lease_until, lease_ms, head_seq, state, wake_at, updated_at,
      head_hash, record_version, machine_version)
    VALUES (:id, :createdAt, 0, NULL, 0, 0, 1, :state, :wakeAt, :at, :hash, :recordVersion, :machineVersion)
    ON CONFLICT (id) DO NOTHING
    RETURNING number`,
  addOpening: 'INSERT INTO opening (interview, meta) VALUES (:number, :meta)',
  addRecord: `INSERT INTO record
    (interview, ${RECORD})
    VALUES (:number, :seq, :epoch, :at, :cause, :state, :event, :facts, :command_id, :command_digest,
      :record_version, :machine_version, :hash, :salt)`,
  claim: `UPDATE interview SET epoch = epoch + 1, owner = :owner, lease_until = :now + :leaseMs, lease_ms = :leaseMs
    WHERE id = :id AND erased_at IS NULL AND (:force OR owner = :owner OR ${IS_FREE}) RETURNING ${HEAD}`,
  moveHead: `UPDATE interview
    SET head_seq = :seq, state = :state, wake_at = :wakeAt, updated_at = :at, lease_until = :now + lease_ms,
      head_hash = :hash, record_version = :recordVersion, machine_version = :machineVersion
    WHERE id = :id AND epoch = :epoch AND head_seq = :seq - 1 AND head_hash = :previousHash
    AND NOT EXISTS (SELECT 1 FROM record WHERE interview = number AND command_id = :commandId)
    RETURNING number`,
  findDuplicate: `SELECT record.seq, record.command_digest AS digest
    FROM record JOIN interview ON interview.number = record.interview
    WHERE interview.id = :id AND interview.epoch = :epoch AND interview.head_seq = :seq - 1
    AND interview.head_hash = :previousHash AND record.command_id = :commandId`,
  putSnapshot: `INSERT INTO snapshot (interview, seq, json) VALUES (:number, :seq, :json)
    ON CONFLICT (interview) DO UPDATE SET seq = excluded.seq, json = excluded.json`,
  getSnapshot: 'SELECT seq, json FROM snapshot WHERE interview = :number',
  release: 'UPDATE interview SET owner = NULL WHERE id = :id AND epoch = :epoch RETURNING number',
  releaseAll: 'UPDATE interview SET owner = NULL WHERE owner IS NOT NULL',
  addOutage: `INSERT INTO outage (from_at, until_at) SELECT at, :at FROM beat WHERE at <= :at - :gapMs`,
  beat: 'INSERT INTO beat (id, at) VALUES (1, :at) ON CONFLICT (id) DO UPDATE SET at = max(at, :at)',
  listOutages: `SELECT from_at AS "from", until_at AS until FROM outage WHERE until_at > :knownUntil ORDER BY until_at`,
  eraseHead: `UPDATE interview SET epoch = epoch + 1, owner = NULL, wake_at = NULL, erased_at = :at
    WHERE number = :number`,
  eraseOpening: 'UPDATE opening SET meta = :meta WHERE interview = :number',
  eraseRecord: `UPDATE record SET event = :event, command_digest = :command_digest, salt = :salt
    WHERE interview = :number AND seq = :seq`,
  addCommitments: 'INSERT INTO erased (interview, seq, commitments) VALUES (:number, :seq, :commitments)',
  dropSnapshot: 'DELETE FROM snapshot WHERE interview = :number',
  dropIdempotency: 'DELETE FROM idempotency WHERE interview = :number',
  emptyLog: 'PRAGMA wal_checkpoint(TRUNCATE)',
  getHead: `SELECT ${HEAD} FROM interview WHERE id = :id`,
  listRecords: `SELECT ${RECORD},
    (SELECT commitments FROM erased WHERE erased.interview = record.interview AND erased.seq = record.seq) AS commitments
    FROM record WHERE interview = :number AND seq > :afterSeq ORDER BY seq`,
  listCommands: `SELECT command_id AS id, command_digest AS digest, seq
    FROM record WHERE interview = :number AND command_id IS NOT NULL ORDER BY seq`,
  listHeads: `SELECT ${HEAD} FROM interview
    WHERE (created_at, id) < (:createdAt, :id) ORDER BY created_at DESC, id DESC LIMIT :limit`,
  listHeadsByState: `SELECT ${HEAD} FROM interview
    WHERE number IN (
      SELECT number FROM (
        SELECT number, created_at, id FROM interview INDEXED BY interview_free_by_state
          WHERE owner IS NULL AND state = :state AND (created_at, id) < (:createdAt, :id)
        UNION ALL
        SELECT number, created_at, id FROM interview INDEXED BY interview_by_owner
          WHERE owner IS NOT NULL AND state = :state AND (created_at, id) < (:createdAt, :id)
        ORDER BY created_at DESC, id DESC LIMIT :limit
      )
    ) ORDER BY created_at DESC, id DESC`,
  listDue: `SELECT id FROM (
      SELECT id, wake_at FROM interview INDEXED BY interview_free_by_wake WHERE owner IS NULL AND wake_at <= :at
      UNION ALL
      SELECT id, wake_at FROM interview INDEXED BY interview_by_owner
        WHERE owner IS NOT NULL AND wake_at <= :at AND lease_until <= :now
      ORDER BY wake_at LIMIT :limit
    ) ORDER BY wake_at`,
  findPlanByHash: 'SELECT * FROM plan WHERE id = :id AND hash = :hash',
  addPlan: `INSERT INTO plan (id, version, hash, json, published_at)
    SELECT :id, coalesce(max(version), 0) + 1, :hash, :json, :publishedAt FROM plan WHERE id = :id RETURNING *`,
  getPlan: 'SELECT * FROM plan WHERE id = :id AND version = :version',
  getNewestPlan: 'SELECT * FROM plan WHERE id = :id ORDER BY version DESC LIMIT 1',
  listPlans: `SELECT * FROM plan
    WHERE version = (SELECT max(version) FROM plan AS other WHERE other.id = plan.id) ORDER BY id`,
  ping: 'SELECT count(*) FROM sqlite_schema',
} as const;

type Name = keyof typeof texts;
type Values = Record<string, SQLInputValue>;

/** The statements of one open database, prepared once. */
export interface Statements {
  /** The first row, or undefined. The type of the row is what the statement selects. */
  row<Row>(name: Name, values?: Values): Row | undefined;
  rows<Row>(name: Name, values?: Values): Row[];
  /** Run it; returns how many rows it changed. */
  run(name: Name, values?: Values): number;
}

const VALUE = /:(\w+)/g;

/** Prepare a statement; values are bound by place, for by name takes longer than the statement itself. */
function prepare(
  db: DatabaseSync,
  text: string,
): { statement: StatementSync; inOrder(values: Values): SQLInputValue[] } {
  const names = Array.from(text.matchAll(VALUE), ([, name = '']) => name);
  return {
    statement: db.prepare(text.replaceAll(VALUE, '?')),
    // One that is missing is refused by the engine.
    inOrder: (values) => names.map((name) => values[name] as SQLInputValue),
  };
}

/** Prepare every statement. */
export function prepareStatements(db: DatabaseSync): Statements {
  const prepared = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, prepare(db, text)]),
  ) as unknown as Record<Name, ReturnType<typeof prepare>>;
  return {
    row<Row>(name: Name, values: Values = {}) {
      const { statement, inOrder } = prepared[name];
      return statement.get(...inOrder(values)) as Row | undefined;
    },
    rows<Row>(name: Name, values: Values = {}) {
      const { statement, inOrder } = prepared[name];
      return statement.all(...inOrder(values)) as Row[];
    },
    run(name, values = {}) {
      const { statement, inOrder } = prepared[name];
      return Number(statement.run(...inOrder(values)).changes);
    },
  };
}
