import { readFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';

/** How two words may be related, the loosest first: used alike, kind of or like, same sense, one word from the other. */
export const relationKinds = ['neighbour', 'kind', 'synonym', 'derived'] as const;
export type RelationKind = (typeof relationKinds)[number];

/** What saying a related word instead of the word itself is worth. */
const worthByKind: Record<RelationKind, number> = { neighbour: 0.15, kind: 0.25, synonym: 0.5, derived: 0.8 };

/** From one stem to another. */
export interface Relation {
  from: string;
  to: string;
  kind: RelationKind;
}

/** The relations of English words, by number of stem. Those of stem `n` lie from `starts[n]` to `starts[n + 1]`. */
export interface RelatedWords {
  idsByStem: ReadonlyMap<string, number>;
  starts: Uint32Array;
  ids: Uint16Array;
  worths: Float32Array;
}

/** Put relations between stems into few bytes. At most 65,536 stems; a relation with a stem that is not listed is left out. */
export function encodeRelated(stems: readonly string[], relations: readonly Relation[]): Buffer {
  const idsByStem = new Map(stems.map((stem, id) => [stem, id]));
  const codesById = stems.map((): number[] => []);
  for (const { from, to, kind } of relations) {
    const [own, other] = [idsByStem.get(from), idsByStem.get(to)];
    if (own === undefined || other === undefined) continue;
    codesById[own]?.push(other * relationKinds.length + relationKinds.indexOf(kind));
  }
  const bytes: number[] = [...Buffer.from(`${stems.join('\n')}\0`)];
  for (const codes of codesById) {
    pushNumber(bytes, codes.length);
    let last = 0;
    for (const code of codes.sort((a, b) => a - b)) {
      pushNumber(bytes, code - last);
      last = code;
    }
  }
  return brotliCompressSync(Buffer.from(bytes));
}

/** The reverse of `encodeRelated`. Throws where the bytes are none of it. */
export function decodeRelated(encoded: Uint8Array): RelatedWords {
  const bytes = brotliDecompressSync(encoded);
  const end = bytes.indexOf(0);
  const stems = bytes.toString('utf8', 0, end).split('\n');
  const starts = new Uint32Array(stems.length + 1);
  // A relation takes at least one byte.
  const ids = new Uint16Array(bytes.length - end);
  const worths = new Float32Array(bytes.length - end);
  let [at, count] = [end + 1, 0];
  const next = () => {
    let [value, factor, byte] = [0, 1, 0];
    do {
      byte = bytes[at++] ?? 0;
      value += (byte & 127) * factor;
      factor *= 128;
    } while (byte > 127);
    return value;
  };
  for (let stem = 0; stem < stems.length; stem++) {
    let [left, code] = [next(), 0];
    for (; left > 0; left--) {
      code += next();
      ids[count] = Math.floor(code / relationKinds.length);
      worths[count] = worthByKind[relationKinds[code % relationKinds.length] ?? 'neighbour'];
      count++;
    }
    starts[stem + 1] = count;
  }
  const idsByStem = new Map(stems.map((stem, id) => [stem, id]));
  return { idsByStem, starts, ids: ids.slice(0, count), worths: worths.slice(0, count) };
}

/** Read the table beside this file; related.md says where it is from. */
export function readRelatedWords(): RelatedWords {
  return decodeRelated(readFileSync(new URL('related.bin', import.meta.url)));
}

/** Seven bits a byte, the lowest first, the eighth bit set where more follow. */
function pushNumber(bytes: number[], number: number): void {
  let rest = number;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}
