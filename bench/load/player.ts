/** One player of turns over one connection: says something, and knows when the answer to it has come. */
export interface Player {
  /** Begin the next turn. False = there is none left. */
  play(): boolean;
  /** How many turns this player has begun. */
  readonly turnCount: number;
  close(): void;
}

/** Connect one player. `onTurn` is called at the end of each turn, with the bytes that came for it. */
export type MakePlayer = (index: number, onTurn: (bytes: number) => void) => Promise<Player>;

/** What a candidate says: about 300 bytes, never twice the same. */
export function answerText(index: number, turn: number): string {
  return `Answer ${turn} of ${index}: ${WORDS}`;
}

const WORDS =
  'I would first look at what the client can know after the timeout, because it cannot tell a lost request from a ' +
  'lost response, and then give every attempt the same key, so that the second one finds what the first one has done ' +
  'and returns the stored result instead of doing it again.';
