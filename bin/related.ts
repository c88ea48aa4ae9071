import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeRelated, type Relation, type RelationKind, relationKinds } from '../src/evaluators/related.ts';
import { tokenize } from '../src/evaluators/tokens.ts';
import { commonWords, functionWords } from '../src/evaluators/words.ts';

// Makes src/evaluators/related.bin from WordNet and GloVe. Both are read from folders, because they are a hundred times
// as large as what is taken of them: `node bin/related.ts --wordnet DICT_FOLDER --glove VECTORS_JSON`. See
// src/evaluators/related.md for where they are from.

/** So many of the most frequent English words are looked at, */
const WORDS_MAX = 60_000;
/** so many of their stems have neighbours, */
const NEIGHBOURED_MAX = 12_000;
/** so many each. */
const NEIGHBOURS = 20;
/** Words that are never used alike are not what a candidate means, whatever a dictionary says. */
const COSINES_MIN = { neighbour: 0.4, kind: 0.3, synonym: 0.2 };
/** A sense of a word that is rarer than its fourth is not what a candidate means. */
const SENSE_MAX = 4;

const { values } = parseArgs({ options: { wordnet: { type: 'string' }, glove: { type: 'string' } } });
if (values.wordnet === undefined || values.glove === undefined) {
  process.stderr.write('Usage: node bin/related.ts --wordnet DICT_FOLDER --glove VECTORS_JSON\n');
  process.exit(2);
}

interface Vectors {
  words: string[];
  vectors: Record<string, number[]>;
}

/** Words that say so little are related to everything. */
const emptyStems = new Set([...commonWords, ...functionWords].map(stemOf));
const relations = readRelations(values.wordnet);
const glove = JSON.parse(readFileSync(values.glove, 'utf8')) as Vectors;
const wordNetStems = new Set(relations.flatMap(({ from, to }) => [from, to]));
const vectorsByStem = readVectors(glove, wordNetStems);
const stems = [...vectorsByStem.keys()];
const kindsByPair = new Map<string, Relation>();
for (const relation of [...relations, ...neighboursOf(stems.slice(0, NEIGHBOURED_MAX), vectorsByStem)]) {
  const [from, to] = [vectorsByStem.get(relation.from), vectorsByStem.get(relation.to)];
  if (!from || !to || (relation.kind !== 'derived' && dot(from, to) < COSINES_MIN[relation.kind])) continue;
  const key = `${relation.from} ${relation.to}`;
  const known = kindsByPair.get(key);
  if (!known || strengthOf(known) < strengthOf(relation)) kindsByPair.set(key, relation);
}
const related = [...kindsByPair.values()];
const used = new Set(related.flatMap(({ from, to }) => [from, to]));
const bytes = encodeRelated(
  stems.filter((stem) => used.has(stem)),
  related,
);
writeFileSync(join(import.meta.dirname, '../src/evaluators/related.bin'), bytes);
process.stdout.write(`${used.size} stems, ${related.length} relations, ${bytes.length} bytes\n`);

function strengthOf({ kind }: Relation): number {
  return relationKinds.indexOf(kind);
}

/** Synonyms, derivations, kinds and likenesses between single words, both ways, as stems. */
function readRelations(folder: string): Relation[] {
  const senses = readSenses(folder);
  const synsets = new Map<string, { words: string[]; pointers: string[][] }>();
  for (const part of ['noun', 'verb', 'adj', 'adv']) {
    for (const line of readFileSync(join(folder, `data.${part}`), 'latin1').split('\n')) {
      if (!/^\d/.test(line)) continue;
      const fields = (line.split(' | ')[0] ?? '').trim().split(' ');
      const wordCount = Number.parseInt(fields[3] ?? '0', 16);
      const words = Array.from({ length: wordCount }, (_, at) => (fields[4 + 2 * at] ?? '').replace(/\(.*\)/, ''));
      const from = 4 + 2 * wordCount + 1;
      const pointerCount = Number(fields[from - 1]);
      const pointers = Array.from({ length: pointerCount }, (_, at) => fields.slice(from + 4 * at, from + 4 * at + 4));
      synsets.set(`${fields[0]}${toPart(fields[2])}`, { words, pointers });
    }
  }
  const found: Relation[] = [];
  const add = (a: string | undefined, b: string | undefined, kind: RelationKind) => {
    if (a === undefined || b === undefined || !/^[a-z]{2,}$/.test(a) || !/^[a-z]{2,}$/.test(b)) return;
    const [from, to] = [stemOf(a), stemOf(b)];
    if (from !== to && from !== 'not' && to !== 'not') found.push({ from, to, kind }, { from: to, to: from, kind });
  };
  for (const [id, { words, pointers }] of synsets) {
    const common = words.filter((word) => (senses.get(`${word} ${id}`) ?? 99) <= SENSE_MAX);
    for (const a of common) for (const b of common) if (a < b) add(a, b, 'synonym');
    for (const [symbol, offset, part, ends = ''] of pointers) {
      const otherId = `${offset}${toPart(part)}`;
      const others = synsets.get(otherId)?.words ?? [];
      if (symbol === '+') {
        add(
          words[Number.parseInt(ends.slice(0, 2), 16) - 1],
          others[Number.parseInt(ends.slice(2), 16) - 1],
          'derived',
        );
      }
      if (symbol !== '@' && symbol !== '&') continue;
      const commonOthers = others.filter((word) => (senses.get(`${word} ${otherId}`) ?? 99) <= SENSE_MAX);
      for (const a of common) for (const b of commonOthers) add(a, b, 'kind');
    }
  }
  return found;
}

/** The place of each sense among those of its word, 1 the most common. */
function readSenses(folder: string): Map<string, number> {
  const senses = new Map<string, number>();
  for (const line of readFileSync(join(folder, 'index.sense'), 'latin1').split('\n')) {
    const [, word, part, offset, number] = /^([^%]+)%(\d)\S* (\d+) (\d+)/.exec(line) ?? [];
    if (word !== undefined) senses.set(`${word} ${offset}${' nvara'[Number(part)]}`, Number(number));
  }
  return senses;
}

function toPart(part: string | undefined): string {
  return part === 's' ? 'a' : (part ?? '');
}

/** The vector of each stem is that of its most frequent word; the most frequent stem comes first. */
function readVectors({ words, vectors }: Vectors, wanted: ReadonlySet<string>): Map<string, Float64Array> {
  const byStem = new Map<string, Float64Array>();
  for (const word of words.slice(0, WORDS_MAX)) {
    const vector = vectors[word]?.slice(0, 100);
    if (!vector || !/^[a-z]{2,}$/.test(word)) continue;
    const [token] = tokenize(word);
    if (!token || emptyStems.has(token.stem)) continue;
    if (byStem.has(token.stem) || !wanted.has(token.stem)) continue;
    const norm = Math.hypot(...vector);
    byStem.set(
      token.stem,
      Float64Array.from(vector, (value) => value / norm),
    );
  }
  return byStem;
}

function neighboursOf(among: readonly string[], vectors: ReadonlyMap<string, Float64Array>): Relation[] {
  const rows = among.map((stem) => vectors.get(stem) ?? new Float64Array());
  return among.flatMap((from, index) => {
    const own = rows[index] ?? new Float64Array();
    return rows
      .map((other, at) => ({ to: among[at] ?? '', cosine: at === index ? 0 : dot(own, other) }))
      .filter(({ cosine }) => cosine >= COSINES_MIN.neighbour)
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, NEIGHBOURS)
      .map(({ to }): Relation => ({ from, to, kind: 'neighbour' }));
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

function stemOf(word: string): string {
  return tokenize(word)[0]?.stem ?? word;
}
