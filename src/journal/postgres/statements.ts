// Every statement of the engine: plain SQL, each keyed by the interview's id, for READ COMMITTED or anything stricter.
// The clock of the leases is the database's own.

const HEAD = `interview.id, opening.meta, interview.epoch, interview.head_seq, interview.state, interview.wake_at,
  interview.updated_at, interview.head_hash, interview.record_version, interview.machine_version, interview.erased_at`;
const HEADS = 'viva_interview AS interview JOIN viva_opening AS opening ON opening.interview_id = interview.id';

const RECORD_COLUMNS = [
  'seq',
  'epoch',
  'at',
  'cause',
  'state',
  'event',
  'facts',
  'command_id',
  'command_digest',
  'record_version',
  'machine_version',
  'hash',
  'salt',
];
const RECORD = RECORD_COLUMNS.join(', ');

/** The columns of a record beside those of its head, where some have the same name. */
const RECORD_BESIDE_HEAD = [...RECORD_COLUMNS, 'commitments'].map((name) => `record.${name} AS record_${name}`);

const IS_FREE = '(owner IS NULL OR lease_until <= clock_timestamp())';

/** Of an append as JSON: its place in the group, whose it is, the record, and what becomes of the head. */
const APPEND = `place INTEGER, id TEXT, previous_hash TEXT, head_state TEXT, wake_at BIGINT, snapshot_seq BIGINT,
  snapshot_json TEXT, seq BIGINT, epoch BIGINT, at BIGINT, cause TEXT, state TEXT, event TEXT, facts TEXT, command_id TEXT,
  command_digest TEXT, record_version INTEGER, machine_version TEXT, hash TEXT, salt TEXT`;

export const texts = {
  /**
   * A whole group of appends, at most one an interview, in one statement and so in one transaction. Claims and appends
   * write the same row: whoever comes second waits for the first, and then looks at epoch and head again.
   */
  append: `WITH input AS (
      SELECT entry.*, known.seq AS known_seq, known.command_digest AS known_digest
      FROM json_to_recordset($1::json) AS entry (${APPEND})
      LEFT JOIN viva_record AS known ON known.interview_id = entry.id AND known.command_id = entry.command_id
    ), moved AS (
      UPDATE viva_interview AS interview
      SET head_seq = input.seq, state = input.head_state, wake_at = input.wake_at, updated_at = input.at,
        lease_until = clock_timestamp() + interview.lease_ms * INTERVAL '1 millisecond',
        head_hash = input.hash, record_version = input.record_version, machine_version = input.machine_version
      FROM input
      WHERE interview.id = input.id AND interview.epoch = input.epoch AND interview.head_seq = input.seq - 1
      AND interview.head_hash = input.previous_hash AND input.known_seq IS NULL
      RETURNING input.place
    ), added AS (
      INSERT INTO viva_record (interview_id, ${RECORD})
      SELECT id, ${RECORD} FROM input JOIN moved USING (place)
    ), kept AS (
      INSERT INTO viva_snapshot (interview_id, seq, json)
      SELECT id, snapshot_seq, snapshot_json FROM input JOIN moved USING (place) WHERE snapshot_json IS NOT NULL
      ON CONFLICT (interview_id) DO UPDATE SET seq = excluded.seq, json = excluded.json
    )
    SELECT input.place, moved.place IS NOT NULL AS is_written, input.known_seq, input.known_digest,
      interview.id IS NOT NULL AS is_writer
    FROM input LEFT JOIN moved ON moved.place = input.place
    LEFT JOIN viva_interview AS interview
      ON interview.id = input.id AND interview.epoch = input.epoch AND interview.head_seq = input.seq - 1
      AND interview.head_hash = input.previous_hash`,

  /** Who held it before is read under the lock under which it is claimed. */
  claim: `WITH before AS (
      SELECT held.id AS held_id, clock_timestamp()
        - CASE WHEN held.owner IS NULL THEN held.lease_until ELSE coalesce(node.seen_at, held.lease_until) END AS unheld
      FROM viva_interview AS held LEFT JOIN viva_node AS node ON node.owner = held.owner
      WHERE held.id = $1 FOR UPDATE OF held
    ), interview AS (
      UPDATE viva_interview
      SET epoch = epoch + 1, owner = $2, claimed_by = $5, lease_ms = $3::BIGINT,
        lease_until = clock_timestamp() + $3::BIGINT * INTERVAL '1 millisecond'
      FROM before
      WHERE id = held_id AND erased_at IS NULL AND ($4::BOOLEAN OR owner = $2 OR ${IS_FREE})
      RETURNING *
    )
    SELECT ${HEAD}, snapshot.seq AS snapshot_seq, snapshot.json AS snapshot_json,
      greatest(0, extract(EPOCH FROM interview.unheld) * 1000)::BIGINT AS unheld_ms
    FROM interview JOIN viva_opening AS opening ON opening.interview_id = interview.id
    LEFT JOIN viva_snapshot AS snapshot ON snapshot.interview_id = interview.id`,
  listTail: `SELECT ${RECORD}, commitments FROM viva_record
    WHERE interview_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq`,
  listCommands: `SELECT command_id AS id, command_digest AS digest, seq FROM viva_record
    WHERE interview_id = $1 AND seq <= $2 AND command_id IS NOT NULL ORDER BY seq`,
  release: `WITH released AS (
      UPDATE viva_interview SET owner = NULL, lease_until = clock_timestamp() WHERE id = $1 AND epoch = $2 RETURNING id
    )
    INSERT INTO viva_snapshot (interview_id, seq, json)
    SELECT id, $3::BIGINT, $4::TEXT FROM released WHERE $4::TEXT IS NOT NULL
    ON CONFLICT (interview_id) DO UPDATE SET seq = excluded.seq, json = excluded.json`,

  addIdempotency: `INSERT INTO viva_idempotency (key, digest, interview_id)
    SELECT $1::TEXT, $2::TEXT, $3::TEXT WHERE NOT EXISTS (SELECT 1 FROM viva_interview WHERE id = $3)
    ON CONFLICT (key) DO NOTHING RETURNING key`,
  findIdempotency: 'SELECT interview_id AS id, digest FROM viva_idempotency WHERE key = $1',
  addInterview: `INSERT INTO viva_interview (id, created_at, epoch, lease_until, lease_ms, head_seq, state, wake_at,
      updated_at, head_hash, record_version, machine_version)
    VALUES ($1, $2, 0, clock_timestamp(), 0, 1, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (id) DO NOTHING RETURNING id`,
  addOpening: 'INSERT INTO viva_opening (interview_id, meta) VALUES ($1, $2)',
  addRecord: `INSERT INTO viva_record (interview_id, ${RECORD})
    VALUES ($1, ${RECORD_COLUMNS.map((_, index) => `$${index + 2}`).join(', ')})`,

  /** Its head, and beside it each record; without records one row. One statement sees one state of both. */
  load: `SELECT ${HEAD}, ${RECORD_BESIDE_HEAD.join(', ')} FROM ${HEADS}
    LEFT JOIN viva_record AS record ON record.interview_id = interview.id AND record.seq > $2
    WHERE interview.id = $1 ORDER BY record.seq`,
  getHead: `SELECT ${HEAD} FROM ${HEADS} WHERE interview.id = $1`,
  lockHead: `SELECT ${HEAD} FROM ${HEADS} WHERE interview.id = $1 FOR UPDATE OF interview`,
  listHeads: `SELECT ${HEAD} FROM ${HEADS}
    WHERE (interview.created_at, interview.id) < ($1, $2)
    ORDER BY interview.created_at DESC, interview.id DESC LIMIT $3`,
  listHeadsByState: `SELECT ${HEAD} FROM ${HEADS}
    WHERE interview.state = $4 AND (interview.created_at, interview.id) < ($1, $2)
    ORDER BY interview.created_at DESC, interview.id DESC LIMIT $3`,
  listDue: `SELECT id FROM viva_interview WHERE wake_at <= $1 AND ${IS_FREE} ORDER BY wake_at LIMIT $2`,

  eraseHead: `UPDATE viva_interview SET epoch = epoch + 1, owner = NULL, wake_at = NULL, erased_at = $2 WHERE id = $1`,
  eraseOpening: 'UPDATE viva_opening SET meta = $2 WHERE interview_id = $1',
  eraseRecords: `UPDATE viva_record AS record
    SET event = entry.event, command_digest = entry.command_digest, salt = NULL, commitments = entry.commitments
    FROM json_to_recordset($2::json) AS entry (seq BIGINT, event TEXT, command_digest TEXT, commitments TEXT)
    WHERE record.interview_id = $1 AND record.seq = entry.seq`,
  dropSnapshot: 'DELETE FROM viva_snapshot WHERE interview_id = $1',
  dropIdempotency: 'DELETE FROM viva_idempotency WHERE interview_id = $1',

  makeBeat: 'INSERT INTO viva_beat (id, at) VALUES (1, $1) ON CONFLICT (id) DO NOTHING',
  lockBeat: 'SELECT at FROM viva_beat WHERE id = 1 FOR UPDATE',
  addOutage: 'INSERT INTO viva_outage (from_at, until_at) VALUES ($1, $2) ON CONFLICT (until_at) DO NOTHING',
  beat: 'UPDATE viva_beat SET at = $1 WHERE id = 1 AND at < $1',
  listOutages: 'SELECT from_at AS "from", until_at AS until FROM viva_outage WHERE until_at > $1 ORDER BY until_at',

  findPlanByHash: 'SELECT * FROM viva_plan WHERE id = $1 AND hash = $2',
  addPlan: `INSERT INTO viva_plan (id, version, hash, json, published_at)
    SELECT $1::TEXT, coalesce(max(version), 0) + 1, $2::TEXT, $3::TEXT, $4::BIGINT FROM viva_plan WHERE id = $1
    ON CONFLICT DO NOTHING RETURNING *`,
  getPlan: 'SELECT * FROM viva_plan WHERE id = $1 AND version = $2',
  getNewestPlan: 'SELECT * FROM viva_plan WHERE id = $1 ORDER BY version DESC LIMIT 1',
  listPlans: `SELECT * FROM viva_plan AS plan
    WHERE version = (SELECT max(version) FROM viva_plan AS other WHERE other.id = plan.id) ORDER BY id`,

  glance: `SELECT id, epoch, head_seq AS "headSeq", CASE WHEN owner IS NOT NULL THEN claimed_by END AS "heldFor",
      owner, erased_at IS NOT NULL AS "isErased"
    FROM viva_interview WHERE id = ANY($1::TEXT[])`,
  /** Rows that are being written are passed over: an append renews as well, and waiting for it could end in a tie. */
  renew: `UPDATE viva_interview SET lease_until = clock_timestamp() + lease_ms * INTERVAL '1 millisecond'
    WHERE id IN (
      SELECT id FROM viva_interview WHERE id = ANY($2::TEXT[]) AND owner = $1 FOR UPDATE SKIP LOCKED
    ) AND owner = $1`,
  sign: `INSERT INTO viva_node (owner, seen_at) VALUES ($1, clock_timestamp())
    ON CONFLICT (owner) DO UPDATE SET seen_at = excluded.seen_at`,
  /** Long after the last of what they held is due or has been taken over. */
  forgetNodes: "DELETE FROM viva_node WHERE seen_at < clock_timestamp() - INTERVAL '7 days'",
  holdFor: 'UPDATE viva_interview SET claimed_by = $3 WHERE id = $1 AND owner = $2 AND claimed_by <> $3',
  redeem: 'INSERT INTO viva_ticket (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING id',
  forgetTickets: 'DELETE FROM viva_ticket WHERE expires_at < $1',

  readDurability: `SELECT current_setting('synchronous_commit', TRUE) AS synchronous_commit,
    current_setting('fsync', TRUE) AS fsync`,
  isReadOnly: 'SHOW transaction_read_only',
} as const;
