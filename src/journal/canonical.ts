/** Where texts are that something else stands for: by the names on the way to them, `*` = each member. */
export interface Places {
  isText: boolean;
  byName: ReadonlyMap<string, Places>;
}

/** What stands for a text at such a place. `path` as in `/event/text`. */
export type StandIn = (text: string, path: string) => unknown;

function write(value: object, writeChild: (child: unknown, name: string) => string): string {
  if (Array.isArray(value)) return `[${value.map((child, index) => writeChild(child, String(index))).join(',')}]`;
  let members = '';
  for (const name of Object.keys(value).sort()) {
    const child = (value as Record<string, unknown>)[name];
    if (child !== undefined)
      members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${writeChild(child, name)}`;
  }
  return `{${members}}`;
}

/**
 * JSON whose text depends on the content alone: members sorted by UTF-16 code unit, no white space, and what
 * `JSON.stringify` leaves out left out. A value and its copy out of a store have the same text.
 *
 * Source: RFC 8785 (JSON Canonicalization Scheme).
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  return write(value, canonicalJson);
}

/** The same, with something else in the place of some texts; blank ones stay. */
export function canonicalJsonWith(standIn: StandIn, places: Places | undefined, value: unknown, path = ''): string {
  if (!places) return canonicalJson(value);
  if (typeof value === 'string')
    return canonicalJson(places.isText && value.trim() !== '' ? standIn(value, path) : value);
  if (typeof value !== 'object' || value === null) return canonicalJson(value);
  const each = places.byName.get('*');
  return write(value, (child, name) =>
    canonicalJsonWith(standIn, each ?? places.byName.get(name), child, `${path}/${name}`),
  );
}
