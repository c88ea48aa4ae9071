import { formOf } from './forms.ts';

/** Where texts are that something else stands for: by the names on the way to them, `*` = each member. */
export interface Places {
  isText: boolean;
  byName: ReadonlyMap<string, Places>;
}

/** What stands for a text at such a place. `path` as in `/event/text`. */
export type StandIn = (text: string, path: string) => unknown;

/** Texts longer than this are quoted faster than they are looked through. */
const SHORT_CHARS = 40;
/** What JSON escapes, and every surrogate: whether it is a lone one, which is escaped too, JSON.stringify finds out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are escaped
const oddChar = /["\\\u0000-\u001f\ud800-\udfff]/;

function quote(text: string): string {
  return text.length <= SHORT_CHARS && !oddChar.test(text) ? `"${text}"` : JSON.stringify(text);
}

// Each record is written by these on its way to the journal, most of it outside of any place: no closure for a value,
// one string that grows, and a path only where a text may be.

function writeMembers(value: object, places?: Places, standIn?: StandIn, path?: string): string {
  const { names, openings, followings } = formOf(value);
  let members = '';
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    const child = (value as Record<string, unknown>)[name];
    if (child === undefined) continue;
    const before = members === '' ? openings[index] : followings[index];
    members += before + writeChild(child, name, places, standIn, path);
  }
  return members === '' ? '{}' : `${members}}`;
}

function writeList(value: readonly unknown[], places?: Places, standIn?: StandIn, path?: string): string {
  let list = '[';
  for (let index = 0; index < value.length; index += 1) {
    if (index > 0) list += ',';
    list += places ? writeChild(value[index], String(index), places, standIn, path) : write(value[index]);
  }
  return `${list}]`;
}

function writeChild(child: unknown, name: string, places?: Places, standIn?: StandIn, path?: string): string {
  const below = places && (places.byName.get('*') ?? places.byName.get(name));
  return below ? write(child, below, standIn, `${path}/${name}`) : write(child);
}

function write(value: unknown, places?: Places, standIn?: StandIn, path = ''): string {
  switch (typeof value) {
    case 'string':
      return places?.isText && standIn && value.trim() !== '' ? write(standIn(value, path)) : quote(value);
    case 'number':
      return Number.isFinite(value) ? `${value}` : 'null';
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return writeList(value, places, standIn, path);
      return writeMembers(value, places, standIn, path);
    default:
      return JSON.stringify(value ?? null);
  }
}

/**
 * JSON whose text depends on the content alone: members sorted by UTF-16 code unit, no white space, and what
 * `JSON.stringify` leaves out left out. A value and its copy out of a store have the same text.
 *
 * Source: RFC 8785 (JSON Canonicalization Scheme).
 */
export function canonicalJson(value: unknown): string {
  return write(value);
}

/** The same, with something else in the place of some texts; blank ones stay. */
export function canonicalJsonWith(standIn: StandIn, places: Places, value: unknown): string {
  return write(value, places, standIn);
}
