import type { Appended } from '../journal.ts';
import type { AppendRow } from '../rows.ts';
import { isOfData, type Pool } from './pool.ts';
import { texts } from './statements.ts';

interface OutcomeRow {
  place: number;
  is_written: boolean;
  known_seq: number | null;
  known_digest: string | null;
  is_writer: boolean;
}

type Settled = PromiseSettledResult<Appended>;

function toOutcome({ is_written, is_writer, known_seq, known_digest }: OutcomeRow): Appended {
  if (is_written) return { ok: true };
  if (is_writer && known_seq !== null)
    return { ok: false, reason: 'duplicate', seq: known_seq, digest: known_digest ?? '' };
  return { ok: false, reason: 'fenced' };
}

/** Appends in groups that have no interview twice: a statement does not see what it writes itself. */
function toWaves(entries: readonly AppendRow[]): AppendRow[][] {
  const waves: AppendRow[][] = [];
  const countsById = new Map<string, number>();
  for (const entry of entries) {
    const { interviewId } = entry.append;
    const wave = countsById.get(interviewId) ?? 0;
    countsById.set(interviewId, wave + 1);
    if (waves.length === wave) waves.push([]);
    waves[wave]?.push(entry);
  }
  return waves;
}

function toInput({ append, record }: AppendRow, place: number) {
  const { interviewId: id, epoch, previousHash: previous_hash, state: head_state, wakeAt: wake_at, snapshot } = append;
  const kept = snapshot ? { snapshot_seq: snapshot.seq, snapshot_json: snapshot.json } : {};
  return { place, id, previous_hash, head_state, wake_at, ...kept, ...record, epoch };
}

/**
 * Commit appends in one round trip; each is guarded on its own. What the database cannot store is found by halving, and
 * rejects alone.
 */
export async function commitAppends(pool: Pool, entries: readonly AppendRow[]): Promise<Settled[]> {
  const settledByEntry = new Map<AppendRow, Settled>();

  async function commit(wave: readonly AppendRow[]): Promise<void> {
    try {
      const rows = await pool.query<OutcomeRow>(texts.append, [JSON.stringify(wave.map(toInput))]);
      for (const row of rows) {
        const entry = wave[row.place];
        if (entry) settledByEntry.set(entry, { status: 'fulfilled', value: toOutcome(row) });
      }
    } catch (reason) {
      if (wave.length > 1 && isOfData(reason)) {
        const half = Math.ceil(wave.length / 2);
        await commit(wave.slice(0, half));
        await commit(wave.slice(half));
      } else for (const entry of wave) settledByEntry.set(entry, { status: 'rejected', reason });
    }
  }

  for (const wave of toWaves(entries)) await commit(wave);
  return entries.map((entry) => settledByEntry.get(entry) as Settled);
}
