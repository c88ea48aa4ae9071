/**
 * The keys of the Redis engine.
 *
 * What belongs to one interview has its id in braces, which is what a cluster shards by. The others are global: the
 * indexes over all interviews, used-up tickets, idempotency keys, plans and signs of life. A write moves both kinds in
 * one script, and appends of several interviews share one, so one server holds them all. Who wants to shard has to make
 * the groups by slot, and to keep the indexes elsewhere or build them again from the heads.
 */
export function createKeys(prefix: string) {
  return {
    /** Hash: where an interview stands, who holds it. No field is missing; '' = null. */
    head: (id: string) => `${prefix}:{${id}}:head`,
    /** List: records as JSON, sequence 1 at index 0. */
    records: (id: string) => `${prefix}:{${id}}:records`,
    /** Hash: command id to sequence, blank, digest. */
    commands: (id: string) => `${prefix}:{${id}}:commands`,
    /** Hash of `seq` and `json`. */
    snapshot: (id: string) => `${prefix}:{${id}}:snapshot`,

    /** Sorted set of places, all with score 0: in order of their texts. */
    byAge: `${prefix}:by-age`,
    /** The same, with state and colon before each place. */
    byState: `${prefix}:by-state`,
    /** Sorted set: ids by the instant at which something is due. */
    byWake: `${prefix}:by-wake`,
    /** Hash of `id` and `digest`. */
    idempotency: (keyHash: string) => `${prefix}:idempotency:${keyHash}`,
    /** Set of plan ids. */
    plans: `${prefix}:plans`,
    /** List: the versions of a plan as JSON, version 1 at index 0. */
    planVersions: (id: string) => `${prefix}:plan:{${id}}:versions`,
    /** Hash: content hash to version. */
    planHashes: (id: string) => `${prefix}:plan:{${id}}:hashes`,
    /** The last sign of life. */
    beat: `${prefix}:beat`,
    /** Sorted set: names under which nodes claim, by their last sign of life on the server's clock. */
    nodes: `${prefix}:nodes`,
    /** Sorted set of `from:until`, by `until`. */
    outages: `${prefix}:outages`,
    /** Sorted set: used-up tickets by the instant at which they expire. No key expires, so none can be evicted for it. */
    tickets: `${prefix}:tickets`,
    /** The version of all of this. */
    schema: `${prefix}:schema`,
    /** Written to see whether writing works. */
    probe: `${prefix}:probe`,
  };
}

export type Keys = ReturnType<typeof createKeys>;

/** As many digits as the largest instant has. */
const DIGITS = String(Number.MAX_SAFE_INTEGER).length;

/** The place of an interview among all of them, as a text whose order is that of age and then id. */
export function placeOf(createdAt: number, id: string): string {
  return `${String(Math.max(0, createdAt)).padStart(DIGITS, '0')}:${id}`;
}

/** How long the part of a place before the id is. */
export const PLACE_CHARS = DIGITS + 1;
