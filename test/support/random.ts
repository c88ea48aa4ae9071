/** A small seeded generator (mulberry32): the same seed gives the same numbers, 0..1. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of a test: from VIVA_SEED to repeat a run, else new. It is printed either way. */
export function takeSeed(title: string): number {
  const seed = process.env.VIVA_SEED ? Number(process.env.VIVA_SEED) : Math.floor(Math.random() * 2 ** 31);
  process.stdout.write(`${title}: VIVA_SEED=${seed}\n`);
  return seed;
}
