/** The longest text that a bus takes: PostgreSQL's notifications have room for 8,000 bytes. Units: bytes. */
export const TEXT_BYTES_MAX = 7_900;

/** What a bus brings. None of these may throw. */
export interface Hearing {
  /** A text, from any node, from this one too, or from whoever else may write to the bus. */
  onText(text: string): void;
  /** It is connected, for the first time or again: what was said before is not heard any more. */
  onUp(): void;
  onDown(error: unknown): void;
}

/**
 * Where the nodes of one store hear each other. It promises nothing: texts may be lost, come twice, in another order, or
 * from somebody else. It connects again by itself.
 */
export interface Bus {
  /** Say texts to all, in one round trip. Rejects when it is not known that they left, at once while not connected. */
  say(texts: readonly string[]): Promise<void>;
  listen(hearing: Hearing): void;
  end(): Promise<void>;
}
