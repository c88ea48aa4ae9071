-- A file as version 1 of the schema left it, with one interview and one plan. Released: never changed again.
CREATE TABLE interview (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    meta TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    owner TEXT,
    lease_until INTEGER NOT NULL,
    lease_ms INTEGER NOT NULL,
    head_seq INTEGER NOT NULL,
    state TEXT NOT NULL,
    wake_at INTEGER,
    updated_at INTEGER NOT NULL
  ) STRICT;
CREATE INDEX interview_by_age ON interview (created_at, id);
CREATE INDEX interview_by_state ON interview (state, created_at, id);
CREATE INDEX interview_by_owner ON interview (owner) WHERE owner IS NOT NULL;
CREATE INDEX interview_by_wake ON interview (wake_at) WHERE wake_at IS NOT NULL;
CREATE TABLE record (
    interview INTEGER NOT NULL REFERENCES interview,
    seq INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    at INTEGER NOT NULL,
    cause TEXT NOT NULL,
    state TEXT NOT NULL,
    event TEXT NOT NULL,
    facts TEXT NOT NULL,
    command_id TEXT,
    command_digest TEXT,
    PRIMARY KEY (interview, seq)
  ) STRICT;
CREATE UNIQUE INDEX record_by_command ON record (interview, command_id) WHERE command_id IS NOT NULL;
CREATE TABLE snapshot (
    interview INTEGER PRIMARY KEY REFERENCES interview,
    seq INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
CREATE TABLE idempotency (
    key TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    interview INTEGER NOT NULL REFERENCES interview
  ) STRICT;
CREATE TABLE plan (
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    hash TEXT NOT NULL,
    json TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    PRIMARY KEY (id, version),
    UNIQUE (id, hash)
  ) STRICT;
PRAGMA application_id = 1986623073;
PRAGMA user_version = 1;
INSERT INTO interview VALUES (1, 'i-1', '{"planId":"basics","planVersion":1,"planHash":"h1","machineVersion":"1","createdAt":1000,"candidate":{"name":"Zoë"},"accommodations":{}}', 1000, 3, 'node-1', 9000000000000, 60000, 3, 'QUESTIONING', 5000, 1200);
INSERT INTO record VALUES (1, 1, 0, 1000, 'operator', 'IDLE', '{"type":"interview.created","at":1000}', '[]', NULL, NULL);
INSERT INTO record VALUES (1, 2, 1, 1100, 'candidate', 'QUESTIONING.ANSWERING', '{"type":"interview.start","at":1100}', '[{"type":"interview.started","consent":true}]', 'c-1', 'd-1');
INSERT INTO record VALUES (1, 3, 3, 1200, 'candidate', 'QUESTIONING.ANSWERING', '{"type":"answer.draft","at":1200,"text":"naïve 🧪"}', '[]', 'c-2', 'd-2');
INSERT INTO snapshot VALUES (1, 2, '{"machineVersion":"1"}');
INSERT INTO idempotency VALUES ('k-1', 'd-k', 1);
INSERT INTO plan VALUES ('basics', 1, 'h1', '{"id":"basics"}', 900);
