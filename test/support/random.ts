/** The seed of a test: from VIVA_SEED to repeat a run, else new. It is printed either way. */
export function takeSeed(title: string): number {
  const seed = process.env.VIVA_SEED ? Number(process.env.VIVA_SEED) : Math.floor(Math.random() * 2 ** 31);
  process.stdout.write(`${title}: VIVA_SEED=${seed}\n`);
  return seed;
}
