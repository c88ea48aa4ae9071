import type { Mutant } from './mutant.ts';

// What guards the writes of each engine, one at a time.

type Edit = readonly [text: string, instead: string];

function of(file: string, editsByName: Record<string, readonly Edit[]>): Mutant[] {
  return Object.entries(editsByName).map(([name, edits]) => ({
    name,
    edits: edits.map(([text, instead]) => [file, text, instead] as const),
  }));
}

export const postgresMutants: readonly Mutant[] = [
  ...of('postgres/statements.ts', {
    'the epoch of an append': [
      [
        'WHERE interview.id = input.id AND interview.epoch = input.epoch AND interview.head_seq = input.seq - 1',
        'WHERE interview.id = input.id AND interview.head_seq = input.seq - 1',
      ],
    ],
    'the sequence of an append': [
      [
        'WHERE interview.id = input.id AND interview.epoch = input.epoch AND interview.head_seq = input.seq - 1',
        'WHERE interview.id = input.id AND interview.epoch = input.epoch',
      ],
    ],
    'the hash of an append': [
      ['AND interview.head_hash = input.previous_hash AND input.known_seq IS NULL', 'AND input.known_seq IS NULL'],
    ],
    'the command id of an append': [[' AND input.known_seq IS NULL', '']],
    'the epoch of a duplicate': [
      [
        'ON interview.id = input.id AND interview.epoch = input.epoch AND interview.head_seq = input.seq - 1',
        'ON interview.id = input.id AND interview.head_seq = input.seq - 1',
      ],
    ],
    'the sequence of a duplicate': [
      [
        'ON interview.id = input.id AND interview.epoch = input.epoch AND interview.head_seq = input.seq - 1',
        'ON interview.id = input.id AND interview.epoch = input.epoch',
      ],
    ],
    'the hash of a duplicate': [['\n      AND interview.head_hash = input.previous_hash`', '`']],
    'an append renewing the lease': [
      ["lease_until = clock_timestamp() + interview.lease_ms * INTERVAL '1 millisecond',", ''],
    ],
    'an epoch for each claim': [['SET epoch = epoch + 1, owner = $2,', 'SET owner = $2,']],
    'the lease of a claim': [['($4::BOOLEAN OR owner = $2 OR ', '($4::BOOLEAN OR TRUE OR owner = $2 OR ']],
    'the end of a lease': [["'(owner IS NULL OR lease_until <= clock_timestamp())'", "'(owner IS NULL)'"]],
    'the freedom of what nobody holds': [
      ["'(owner IS NULL OR lease_until <= clock_timestamp())'", "'(lease_until <= clock_timestamp())'"],
    ],
    'the lease being the own one': [['($4::BOOLEAN OR owner = $2 OR ', '($4::BOOLEAN OR ']],
    'the force of a claim': [['($4::BOOLEAN OR owner', '(($4::BOOLEAN AND FALSE) OR owner']],
    'the erasure of what is claimed': [['AND erased_at IS NULL AND ($4', 'AND ($4']],
    'the epoch of an erasure': [['SET epoch = epoch + 1, owner = NULL, wake_at', 'SET owner = NULL, wake_at']],
    'the epoch of a release': [['WHERE id = $1 AND epoch = $2 RETURNING', 'WHERE id = $1 AND $2 > -1 RETURNING']],
    'the owner of what is renewed': [
      ['AND owner = $1 FOR UPDATE SKIP LOCKED', "AND $1 <> '' FOR UPDATE SKIP LOCKED"],
      [') AND owner = $1`', ')`'],
    ],
    'the lease of what is due': [[' ORDER BY wake_at LIMIT $2', ' OR wake_at <= $1 ORDER BY wake_at LIMIT $2']],
  }),
  {
    name: 'the command id of an append, and its index',
    edits: [
      ['postgres/statements.ts', ' AND input.known_seq IS NULL', ''],
      ['postgres/schema.ts', 'CREATE UNIQUE INDEX viva_record_by_command', 'CREATE INDEX viva_record_by_command'],
    ],
  },
  ...of('postgres/journal.ts', {
    'the clock of the database': [
      [
        'query<ClaimedRow>(texts.claim, ',
        "query<ClaimedRow>(texts.claim.replaceAll('clock_timestamp()', 'to_timestamp(' + Date.now() / 1000 + ')'), ",
      ],
    ],
  }),
];

export const redisMutants: readonly Mutant[] = [
  ...of('redis/scripts.ts', {
    'the epoch of an append': [
      ['if head[1] ~= epoch or tonumber(head[2]) ~= seq - 1', 'if tonumber(head[2]) ~= seq - 1'],
    ],
    'the sequence of an append': [['head[1] ~= epoch or tonumber(head[2]) ~= seq - 1 or', 'head[1] ~= epoch or']],
    'the hash of an append': [[' or head[7] ~= previousHash then', ' then']],
    'the command id of an append': [["if known then return {'duplicate', known} end", '']],
    'an append renewing the lease': [["'leaseUntil', asText(now() + head[3]), unpack", 'unpack']],
    'an epoch for each claim': [["'epoch', asText(head[1] + 1), 'owner', owner", "'owner', owner"]],
    'the lease of a claim': [[' and tonumber(head[4]) > time then', ' and false then']],
    'the end of a lease': [[' and tonumber(head[4]) > time then', ' then']],
    'the freedom of what nobody holds': [["isForced == '0' and head[3] ~= '' and", "isForced == '0' and"]],
    'the lease being the own one': [[' and head[3] ~= owner and', ' and']],
    'the force of a claim': [["if isForced == '0' and", 'if']],
    'the erasure of what is claimed': [["if not head[1] or head[2] ~= '' then", 'if not head[1] then']],
    'the epoch of an erasure': [["'epoch', asText(epoch + 1), 'owner', '', 'wakeAt'", "'owner', '', 'wakeAt'"]],
    'the head that is erased': [['if head[1] ~= epoch or head[2] ~= headSeq then return 0 end', '']],
    'the epoch of a release': [["if call('HGET', KEYS[1], 'epoch') ~= epoch then return 0 end", '']],
    'the owner of what is renewed': [['if lease[1] == ARGV[1] then', 'if lease[2] then']],
    'the lease of what is due': [["and (lease[1] == '' or tonumber(lease[2]) <= time) then", 'then']],
  }),
  ...of('redis/journal.ts', {
    'the clock of the server': [
      [
        '(await connection.run(script, names, values)) as Reply',
        `(await connection.run({
          ...script,
          text: script.text.replace("call('TIME')", '{' + Math.floor(Date.now() / 1000) + ', 0}'),
          sha: '0'.repeat(40),
        }, names, values)) as Reply`,
      ],
    ],
  }),
];

export const sqliteMutants: readonly Mutant[] = of('statements.ts', {
  'the epoch of an append': [
    ['WHERE id = :id AND epoch = :epoch AND head_seq', 'WHERE id = :id AND :epoch > -1 AND head_seq'],
  ],
  'the sequence of an append': [
    ['AND epoch = :epoch AND head_seq = :seq - 1 AND head_hash', 'AND epoch = :epoch AND head_hash'],
  ],
  'the hash of an append': [['AND head_hash = :previousHash\n', "AND :previousHash <> ''\n"]],
  'the command id of an append': [['command_id = :commandId)\n', "command_id = :commandId || '-')\n"]],
  'the epoch of a duplicate': [['AND interview.epoch = :epoch AND', 'AND :epoch > -1 AND']],
  'the sequence of a duplicate': [['AND interview.head_seq = :seq - 1\n', 'AND :seq > -1\n']],
  'the hash of a duplicate': [['AND interview.head_hash = :previousHash AND', "AND :previousHash <> '' AND"]],
  'an append renewing the lease': [['lease_until = :now + lease_ms,', 'lease_until = max(lease_until, :now - :now),']],
  'an epoch for each claim': [['SET epoch = epoch + 1, owner = :owner', 'SET owner = :owner']],
  'the lease of a claim': [['(:force OR owner = :owner OR', '(:force OR TRUE OR owner = :owner OR']],
  'the end of a lease': [["'(owner IS NULL OR lease_until <= :now)'", "'(owner IS NULL OR :now < 0)'"]],
  'the freedom of what nobody holds': [["'(owner IS NULL OR lease_until <= :now)'", "'(lease_until <= :now)'"]],
  'the lease being the own one': [['(:force OR owner = :owner OR', '(:force OR']],
  'the force of a claim': [['(:force OR owner', '((:force AND FALSE) OR owner']],
  'the erasure of what is claimed': [['AND erased_at IS NULL AND (:force', 'AND (:force']],
  'the epoch of an erasure': [['SET epoch = epoch + 1, owner = NULL, wake_at', 'SET owner = NULL, wake_at']],
  'the epoch of a release': [
    ['WHERE id = :id AND epoch = :epoch RETURNING number', 'WHERE id = :id AND :epoch > -1 RETURNING number'],
  ],
  'the lease of what is due': [['AND wake_at <= :at AND lease_until <= :now', 'AND wake_at <= :at']],
});
