import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// What a Redis server wrote, from its append-only file: every command that changed something, in order.

/** Read the commands of a file in RESP; one that a crash has cut off is none. */
function* readCommands(bytes: Buffer): Generator<string[]> {
  let at = 0;
  const line = () => {
    const end = bytes.indexOf('\r\n', at);
    const text = bytes.toString('latin1', at, end);
    at = end + 2;
    return text;
  };
  while (bytes.indexOf('\r\n', at) !== -1) {
    const start = line();
    if (!start.startsWith('*')) throw new Error(`no command begins with ${JSON.stringify(start)}`);
    const words: string[] = [];
    for (let left = Number(start.slice(1)); left > 0 && bytes.indexOf('\r\n', at) !== -1; left -= 1) {
      const length = Number(line().slice(1));
      if (at + length + 2 > bytes.length) return;
      words.push(bytes.toString('utf8', at, at + length));
      at += length + 2;
    }
    if (words.length === Number(start.slice(1))) yield words;
  }
}

/** The records that were added, and those whose writer did not hold the interview in that moment, or left a gap. */
export function readWitness(folder: string): { count: number; stale: unknown[] } {
  const epochsByHead = new Map<string, number>();
  const countsByList = new Map<string, number>();
  const stale: unknown[] = [];
  let count = 0;
  const files = globSync('appendonlydir/*.incr.aof', { cwd: folder }).sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  for (const file of files)
    for (const [name = '', key = '', ...words] of readCommands(readFileSync(join(folder, file)))) {
      const [, fieldOf = ''] = /:(head|records)$/.exec(key) ?? [];
      if (name.toUpperCase() === 'HSET' && fieldOf === 'head') {
        const epochAt = words.findIndex((word, index) => index % 2 === 0 && word === 'epoch');
        if (epochAt !== -1) epochsByHead.set(key, Number(words[epochAt + 1]));
      }
      if (name.toUpperCase() !== 'RPUSH' || fieldOf !== 'records') continue;
      for (const json of words) {
        const { seq, epoch } = JSON.parse(json) as { seq: number; epoch: number };
        const heldBy = epochsByHead.get(key.replace(/records$/, 'head'));
        const before = countsByList.get(key) ?? 0;
        if (epoch !== heldBy || seq !== before + 1) stale.push({ key, seq, epoch, heldBy, before });
        countsByList.set(key, seq);
        count += 1;
      }
    }
  return { count, stale };
}
