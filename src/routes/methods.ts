import type { RouteOptions } from 'fastify';

/** Which methods an address takes, so that a wrong method is answered 405 and not 404. */
export interface MethodTable {
  add(route: RouteOptions): void;
  /** The methods of the address of a request; none = nothing is there. */
  of(url: string): string[];
}

function toPattern(url: string): RegExp {
  const source = url
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:[A-Za-z]+/g, '[^/]+')
    .replace(/\*/g, '.*');
  return new RegExp(`^${source}$`);
}

/** Create the table; `add` is an onRoute hook. */
export function createMethodTable(): MethodTable {
  const methodsByUrl = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  return {
    add({ url, method }) {
      const row = methodsByUrl.get(url) ?? { pattern: toPattern(url), methods: new Set() };
      for (const each of [method].flat()) row.methods.add(each);
      methodsByUrl.set(url, row);
    },
    of(url) {
      const path = url.split('?')[0] ?? '';
      const rows = [...methodsByUrl.values()].filter(({ pattern }) => pattern.test(path));
      return [...new Set(rows.flatMap(({ methods }) => [...methods]))].sort();
    },
  };
}
