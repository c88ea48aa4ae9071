import { setImmediate as nextTurn } from 'node:timers/promises';
import type { InterviewHead, Journal } from '../journal/journal.ts';
import { isKnown } from '../journal/versions.ts';
import { addToDigest, type Digest, emptyDigest } from '../report/digest.ts';

/** Digests kept in memory; the one used longest ago leaves first. */
export const DIGESTS_KEPT_MAX = 10_000;
/** How many journals are read at a time. */
const READ_AT_ONCE = 8;

/** A digest and the hash of the newest record in it. */
interface Kept {
  digest: Digest;
  hash: string;
}

/** What reads the digests of interviews. */
export interface Digests {
  /** In the order of the heads; null = a newer build wrote the interview. Errors: STORE_UNAVAILABLE. */
  read(heads: readonly InterviewHead[]): Promise<(Digest | null)[]>;
}

/**
 * Create what reads digests. A journal is read once; afterwards only what was added to it. Between readings others get
 * their turns.
 */
export function createDigests(journal: Pick<Journal, 'load'>): Digests {
  const keptById = new Map<string, Kept>();

  function keep(id: string, kept: Kept): Digest {
    // A Map keeps the order of insertion: putting it back makes it the newest.
    keptById.delete(id);
    keptById.set(id, kept);
    const oldest = keptById.keys().next();
    if (keptById.size > DIGESTS_KEPT_MAX && !oldest.done) keptById.delete(oldest.value);
    return kept.digest;
  }

  async function readOn({ id }: InterviewHead, from: Kept | null): Promise<Kept | null> {
    const afterSeq = from ? from.digest.seq - 1 : 0;
    const loaded = await journal.load(id, afterSeq);
    if (!loaded || !isKnown(loaded.head)) return null;
    const { records } = loaded;
    // After a failover that lost something another record may stand where the last one stood.
    if (from && records[0]?.hash !== from.hash) return readOn(loaded.head, null);
    const news = from ? records.slice(1) : records;
    return {
      digest: news.reduce(addToDigest, from?.digest ?? emptyDigest),
      hash: news.at(-1)?.hash ?? from?.hash ?? '',
    };
  }

  async function readOne(head: InterviewHead): Promise<Digest | null> {
    if (!isKnown(head)) return null;
    const kept = keptById.get(head.id);
    if (kept && kept.hash === head.hash) return keep(head.id, kept);
    const read = await readOn(head, kept && kept.digest.seq < head.headSeq ? kept : null);
    return read && keep(head.id, read);
  }

  return {
    async read(heads) {
      const digests: (Digest | null)[] = [];
      for (let from = 0; from < heads.length; from += READ_AT_ONCE) {
        digests.push(...(await Promise.all(heads.slice(from, from + READ_AT_ONCE).map(readOne))));
        await nextTurn();
      }
      return digests;
    },
  };
}
