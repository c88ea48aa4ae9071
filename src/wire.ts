import type { Down } from './protocol.ts';

// What both ends of the wire need and no schema is needed for: a page that bundles this does not bundle zod.

/** The WebSocket subprotocol. A change of the schemas needs a new version: test/protocol pins their hash. */
export const SUBPROTOCOL = 'viva.v1';

/** Wire limits (PROTOCOL.md, "Limits"). Units in the names. */
export const limits = {
  frameBytesMax: 64 * 1024,
  answerCharsMax: 20_000,
  helloTimeoutMs: 5_000,
} as const;

/** Read one frame from the server, for clients. Null = not understood: a later version may send more. */
export function parseDown(text: string): Down | null {
  try {
    const frame = JSON.parse(text) as Down | null;
    return typeof frame?.type === 'string' ? frame : null;
  } catch {
    return null;
  }
}
