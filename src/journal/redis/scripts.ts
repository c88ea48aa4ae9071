import { hash } from 'node:crypto';

// Every script of the engine. Redis runs one at a time and whole, but takes nothing back: a script that fails in the
// middle leaves what it wrote. So each looks before it writes, and writes first what could be refused: an instant that
// is none, or anything that needs room in a memory that is full. After the first write room is always given.
// The clock of the leases is the server's own.

/** A script and the SHA-1 under which the server knows it once it has run. */
export interface Script {
  text: string;
  sha: string;
  isWriting: boolean;
}

/** The fields of a head as they are read, in this order. */
export const HEAD_FIELDS = [
  'id',
  'meta',
  'epoch',
  'headSeq',
  'state',
  'wakeAt',
  'updatedAt',
  'hash',
  'recordVersion',
  'machineVersion',
  'erasedAt',
] as const;

const PRELUDE = `
local call = redis.call
local function now()
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function asText(number) return string.format('%.0f', number) end
local function readHead(key) return call('HMGET', key, ${HEAD_FIELDS.map((name) => `'${name}'`).join(', ')}) end
`;

function script(body: string, isWriting: boolean): Script {
  const text = PRELUDE + body;
  return { text, sha: hash('sha1', text), isWriting };
}

const reading = (body: string) => script(body, false);
const writing = (body: string) => script(body, true);

/** KEYS head, records, commands, by-age, by-state, by-wake, and the idempotency key if there is one. */
const create = writing(`
local id, place, state, wakeAt, record, commandId, command, digest = unpack(ARGV, 1, 8)
if KEYS[7] then
  local first = call('HMGET', KEYS[7], 'id', 'digest')
  if first[1] then return first end
end
if call('EXISTS', KEYS[1]) == 1 then return {id} end
if wakeAt ~= '' then call('ZADD', KEYS[6], wakeAt, id) end
call('ZADD', KEYS[4], 0, place)
call('ZADD', KEYS[5], 0, state .. ':' .. place)
call('HSET', KEYS[1], 'id', id, 'place', place, 'epoch', 0, 'owner', '', 'claimedBy', '', 'leaseUntil', asText(now()), 'leaseMs', 0,
  'erasedAt', '', 'idempotency', KEYS[7] or '', unpack(ARGV, 9))
call('RPUSH', KEYS[2], record)
if commandId ~= '' then call('HSET', KEYS[3], commandId, command) end
if KEYS[7] then call('HSET', KEYS[7], 'id', id, 'digest', digest) end
return {}
`);

/** KEYS head, records, commands, snapshot, nodes. */
const claim = writing(`
local owner, leaseMs, isForced, by = unpack(ARGV)
local head = call('HMGET', KEYS[1], 'epoch', 'erasedAt', 'owner', 'leaseUntil')
if not head[1] or head[2] ~= '' then return {} end
local time = now()
if isForced == '0' and head[3] ~= '' and head[3] ~= owner and tonumber(head[4]) > time then return {'held'} end
local heldUntil = head[3] ~= '' and call('ZSCORE', KEYS[5], head[3]) or head[4]
call('HSET', KEYS[1], 'epoch', asText(head[1] + 1), 'owner', owner, 'claimedBy', by, 'leaseMs', leaseMs,
  'leaseUntil', asText(time + leaseMs))
local snapshot = call('HMGET', KEYS[4], 'seq', 'json')
return {'claimed', readHead(KEYS[1]), snapshot, call('LRANGE', KEYS[2], snapshot[1] or 0, -1), call('HGETALL', KEYS[3]),
  asText(math.max(0, time - heldUntil))}
`);

/** How many keys of its own and how many values each append of a group has. */
const APPEND_KEYS = 4;
const APPEND_VALUES = 24;

/**
 * A group of appends in one commit, each guarded on its own: one that the server refuses to store has written nothing,
 * and does not take the others along.
 * KEYS by-state, by-wake, and of each append head, records, commands, snapshot.
 */
const append = writing(`
local byState, byWake = KEYS[1], KEYS[2]
local function append(keyAt, valueAt)
  local headKey, records, commands, snapshot = unpack(KEYS, keyAt + 1, keyAt + ${APPEND_KEYS})
  local epoch, seq, previousHash, state, wakeAt, record, commandId, command, snapshotSeq, snapshotJson =
    unpack(ARGV, valueAt + 1, valueAt + 10)
  local head = call('HMGET', headKey, 'epoch', 'headSeq', 'leaseMs', 'state', 'place', 'id', 'hash')
  if head[1] ~= epoch or tonumber(head[2]) ~= seq - 1 or head[7] ~= previousHash then return {'fenced'} end
  local known = commandId ~= '' and call('HGET', commands, commandId)
  if known then return {'duplicate', known} end
  if wakeAt ~= '' then call('ZADD', byWake, wakeAt, head[6]) end
  if head[4] ~= state then call('ZADD', byState, 0, state .. ':' .. head[5]) end
  call('RPUSH', records, record)
  if commandId ~= '' then call('HSET', commands, commandId, command) end
  call('HSET', headKey, 'leaseUntil', asText(now() + head[3]), unpack(ARGV, valueAt + 11, valueAt + ${APPEND_VALUES}))
  if snapshotSeq ~= '' then call('HSET', snapshot, 'seq', snapshotSeq, 'json', snapshotJson) end
  if head[4] ~= state then call('ZREM', byState, head[4] .. ':' .. head[5]) end
  if wakeAt == '' then call('ZREM', byWake, head[6]) end
  return {'written'}
end
local outcomes = {}
for index = 0, #ARGV / ${APPEND_VALUES} - 1 do
  local isDone, outcome = pcall(append, 2 + index * ${APPEND_KEYS}, index * ${APPEND_VALUES})
  local reason = type(outcome) == 'table' and outcome.err or tostring(outcome)
  outcomes[index + 1] = isDone and outcome or {'refused', reason}
end
return outcomes
`);

/** KEYS head, snapshot. */
const release = writing(`
local epoch, snapshotSeq, snapshotJson = unpack(ARGV)
if call('HGET', KEYS[1], 'epoch') ~= epoch then return 0 end
call('HSET', KEYS[1], 'owner', '', 'leaseUntil', asText(now()))
if snapshotSeq ~= '' then call('HSET', KEYS[2], 'seq', snapshotSeq, 'json', snapshotJson) end
return 1
`);

/**
 * Put the records without their texts in the place of those with them, if nobody has written since these were read.
 * KEYS head, records, commands, snapshot, by-wake. Deletes first, so that it works in a memory that is full.
 */
const erase = writing(`
local epoch, headSeq, erasedAt, meta, recordCount = unpack(ARGV, 1, 5)
local head = call('HMGET', KEYS[1], 'epoch', 'headSeq', 'id', 'idempotency')
if head[1] ~= epoch or head[2] ~= headSeq then return 0 end
call('DEL', KEYS[2], KEYS[3], KEYS[4])
if head[4] ~= '' then call('DEL', head[4]) end
call('ZREM', KEYS[5], head[3])
call('HSET', KEYS[1], 'epoch', asText(epoch + 1), 'owner', '', 'wakeAt', '', 'erasedAt', erasedAt, 'meta', meta,
  'idempotency', '')
for index = 6, 5 + recordCount do call('RPUSH', KEYS[2], ARGV[index]) end
for index = 6 + recordCount, #ARGV, 2 do call('HSET', KEYS[3], ARGV[index], ARGV[index + 1]) end
return 1
`);

/** KEYS head, records. One script sees one state of both. */
const load = reading(`
local head = readHead(KEYS[1])
if not head[1] then return {} end
return {head, call('LRANGE', KEYS[2], ARGV[1], -1)}
`);

/** KEYS an index of places. The last two arguments are what a head's key has before the id and after it. */
const list = reading(`
local from, least, limit, idAt, before, after = unpack(ARGV)
local heads = {}
for _, place in ipairs(call('ZREVRANGEBYLEX', KEYS[1], '(' .. from, least, 'LIMIT', 0, limit)) do
  heads[#heads + 1] = readHead(before .. string.sub(place, idAt) .. after)
end
return heads
`);

/** KEYS by-wake. The last two arguments are what a head's key has before the id and after it. */
const due = reading(`
local at, limit, before, after = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local time, found, offset, batch = now(), {}, 0, limit + 64
while #found < limit do
  local ids = call('ZRANGEBYSCORE', KEYS[1], '-inf', at, 'LIMIT', offset, batch)
  for _, id in ipairs(ids) do
    local lease = call('HMGET', before .. id .. after, 'owner', 'leaseUntil')
    if #found < limit and (lease[1] == '' or tonumber(lease[2]) <= time) then found[#found + 1] = id end
  end
  if #ids < batch then break end
  offset = offset + batch
end
return found
`);

/** KEYS heads. */
const glance = reading(`
local found = {}
for _, key in ipairs(KEYS) do
  local head = call('HMGET', key, 'id', 'epoch', 'headSeq', 'owner', 'claimedBy', 'erasedAt')
  if head[1] then found[#found + 1] = head end
end
return found
`);

/** KEYS heads. */
const renew = writing(`
local time = now()
for _, key in ipairs(KEYS) do
  local lease = call('HMGET', key, 'owner', 'leaseMs')
  if lease[1] == ARGV[1] then call('HSET', key, 'leaseUntil', asText(time + lease[2])) end
end
return 1
`);

/** Nodes that have said nothing for so long are forgotten: all that they held is taken over or over. Units: ms. */
const NODES_KEPT_MS = 7 * 86_400_000;

/** KEYS nodes. */
const sign = writing(`
local time = now()
call('ZADD', KEYS[1], asText(time), ARGV[1])
call('ZREMRANGEBYSCORE', KEYS[1], '-inf', asText(time - ${NODES_KEPT_MS}))
return 1
`);

/** KEYS head. */
const holdFor = writing(`
local owner, by = unpack(ARGV)
if call('HGET', KEYS[1], 'owner') == owner then call('HSET', KEYS[1], 'claimedBy', by) end
return 1
`);

/** KEYS beat, outages, tickets. */
const beat = writing(`
local at, gapMs, knownUntil, forgetBefore = unpack(ARGV)
local last = call('GET', KEYS[1]) or at
if at - last >= tonumber(gapMs) then call('ZADD', KEYS[2], at, last .. ':' .. at) end
if tonumber(at) >= tonumber(last) then call('SET', KEYS[1], at) end
call('ZREMRANGEBYSCORE', KEYS[3], '-inf', '(' .. forgetBefore)
return call('ZRANGEBYSCORE', KEYS[2], '(' .. knownUntil, '+inf')
`);

/** KEYS versions, hashes, plans. */
const putPlan = writing(`
local id, hash, json = unpack(ARGV)
local known = call('HGET', KEYS[2], hash)
if known then return {known, call('LINDEX', KEYS[1], known - 1)} end
local version = call('RPUSH', KEYS[1], json)
call('HSET', KEYS[2], hash, version)
call('SADD', KEYS[3], id)
return {asText(version), json}
`);

/** KEYS versions. */
const getNewestPlan = reading(`
local json = call('LINDEX', KEYS[1], -1)
return json and {asText(call('LLEN', KEYS[1])), json} or {}
`);

/** KEYS plans. The arguments are what the key of a plan's versions has before the id and after it. */
const listPlans = reading(`
local plans = {}
for _, id in ipairs(call('SMEMBERS', KEYS[1])) do
  local key = ARGV[1] .. id .. ARGV[2]
  plans[#plans + 1] = {asText(call('LLEN', key)), call('LINDEX', key, -1)}
end
return plans
`);

export const scripts = {
  create,
  claim,
  append,
  release,
  erase,
  load,
  list,
  due,
  glance,
  renew,
  sign,
  holdFor,
  beat,
  putPlan,
  getNewestPlan,
  listPlans,
} as const;
