import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { ALIASES_MAX, measure } from './measure.ts';
import type { Finding } from './problem.ts';

/** A plan file as it was written: its value, and where each part of it stands. */
export interface Source {
  value: unknown;
  /** The line (from 1) of a key or list item, or of the nearest part around it that is there. */
  lineOf(keys: readonly PropertyKey[]): number;
}

/** Read YAML or JSON, which is YAML too. Errors are findings that carry their line. */
export function readSource(text: string, isJson: boolean): { source: Source } | { findings: Finding[] } {
  const excess = measure(text);
  if (excess) return { findings: [excess] };
  const lines = new LineCounter();
  // yaml's own check for unique keys compares each key with all before it; `findMistakes` is linear.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const mistakes = findSyntaxErrors(document, text, lineAt);
  if (mistakes.length > 0) return { findings: (isJson ? findJsonError(text, lineAt) : null) ?? mistakes };
  const misuses = findMisuses(document, lineAt);
  if (misuses.length > 0) return { findings: misuses };
  try {
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
    return { source: { value, lineOf: (keys) => lineAt(offsetOf(document, keys)) } };
  } catch {
    return {
      findings: [{ keys: [], message: `aliases stand for too much; expected at most ${ALIASES_MAX} uses`, line: 1 }],
    };
  }
}

/** One error explains the next ones on its line, so only the first of a line is told. */
function findSyntaxErrors(document: Document.Parsed, text: string, lineAt: (offset: number) => number): Finding[] {
  const findingsByLine = new Map<number, Finding>();
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    // The parser often names the end of the line before.
    const gap = /\s*/y;
    gap.lastIndex = pos[0];
    const line = lineAt(pos[0] + (gap.exec(text)?.[0].length ?? 0));
    const told = explanations[code] ?? message;
    if (!findingsByLine.has(line)) findingsByLine.set(line, { keys: [], message: `not valid YAML: ${told}`, line });
  }
  return [...findingsByLine.values()];
}

/** The mistakes that authors make most, in their words rather than the parser's. */
const explanations: Partial<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'a text with ": " in it needs quotes around it',
  TAB_AS_INDENT: 'a tab is used to indent; expected spaces',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  MULTIPLE_DOCS: 'a second document begins here; expected one plan per file',
};

/** JavaScript's own words for a mistake in JSON. Null where it finds none. */
function findJsonError(text: string, lineAt: (offset: number) => number): Finding[] | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const message = (error as SyntaxError).message;
    const position = Number(/ at position (\d+)/.exec(message)?.[1] ?? text.length);
    // The rest of the message repeats the position, or the text itself.
    const told = message.replace(/ in JSON at position.*$| at position.*$/s, '').replace(/, ?(\.\.\.)?".*$/s, '');
    return [{ keys: [], message: `not valid JSON: ${told}`, line: lineAt(position) }];
  }
}

function findMisuses(document: Document.Parsed, lineAt: (offset: number) => number): Finding[] {
  const findings: Finding[] = [];
  const tell = (keys: PropertyKey[], message: string, node: Node) =>
    findings.push({ keys, message, line: lineAt(node.range?.[0] ?? 0) });
  visit(document, {
    Map(_, map, ancestors) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = nameOf(key);
        if (name === null) tell([], 'a key is not a plain text', (key as Node | null) ?? map);
        else if (seen.has(name))
          tell([...keysTo(ancestors, map), name], 'this key is there twice; expected once', key as Node);
        else seen.add(name);
      }
    },
    Alias(_, alias) {
      if (!alias.resolve(document)) tell([], `the alias *${alias.source} has no anchor before it`, alias);
    },
  });
  return findings;
}

type Ancestor = Parameters<Extract<Parameters<typeof visit>[1], { Map?: unknown }>['Map'] & object>[2][number];

/** The keys that lead from the root to a node. */
function keysTo(ancestors: readonly Ancestor[], node: Node): PropertyKey[] {
  return [...ancestors, node].flatMap((child, index, all): PropertyKey[] => {
    const parent = all[index - 1];
    if (isSeq(parent)) return [parent.items.indexOf(child)];
    return 'key' in child && isMap(parent) ? [nameOf(child.key) ?? ''] : [];
  });
}

function nameOf(key: unknown): string | null {
  return isScalar(key) && (typeof key.value !== 'object' || key.value === null) ? String(key.value) : null;
}

function offsetOf(document: Document.Parsed, keys: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const key of keys) {
    const place = isAlias(node) ? node.resolve(document) : node;
    if (isMap(place)) {
      const pair = place.items.find((item) => nameOf(item.key) === String(key));
      if (!pair) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(place)) {
      node = place.items[Number(key)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
