import { Lexer } from 'yaml';
import type { Finding } from './problem.ts';

// The YAML parser is recursive and recovers from every error, so hostile text could hold the process for seconds.
// A look at the tokens first bounds what it is given. The limits are far beyond the largest plan the schema allows.

/** Units: UTF-8 bytes. */
export const PLAN_BYTES_MAX = 1024 * 1024;
const TOKENS_MAX = 200_000;
const DEPTH_MAX = 32;
/** Uses of aliases, and how often they may repeat what they stand for: a few nested ones can mean gigabytes. */
export const ALIASES_MAX = 100;

/** What makes a text too large to be parsed, or null. */
export function measure(text: string): Finding | null {
  if (Buffer.byteLength(text) > PLAN_BYTES_MAX) return tooMuch(`more than ${PLAN_BYTES_MAX} bytes`, 1);
  let tokenCount = 0;
  let aliasCount = 0;
  let flowDepth = 0;
  let compactDepth = 0;
  let line = 1;
  for (const token of new Lexer().lex(text)) {
    const first = token[0];
    if (first === '\n' || first === '\r') {
      line += 1;
      compactDepth = 0;
    }
    if (token === '[' || token === '{') flowDepth += 1;
    else if (token === ']' || token === '}') flowDepth -= 1;
    else if (token === '-' || token === '?') compactDepth += 1;
    else if (first === '*') aliasCount += 1;
    tokenCount += 1;
    if (flowDepth > DEPTH_MAX || compactDepth > DEPTH_MAX) return tooMuch(`nested more than ${DEPTH_MAX} deep`, line);
    if (aliasCount > ALIASES_MAX) return tooMuch(`more than ${ALIASES_MAX} aliases`, line);
    if (tokenCount > TOKENS_MAX) return tooMuch('too many parts to be a plan', line);
  }
  return null;
}

function tooMuch(what: string, line: number): Finding {
  return { keys: [], message: `the plan is too large: ${what}`, line };
}
