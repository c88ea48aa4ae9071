/** How many items one search looks at: it has to cost little while nearly everything is in use, too. */
const LOOK_COUNT_MAX = 128;

/** Items to choose the least recently used from. */
export interface Recency<Item> {
  add(item: Item): void;
  remove(item: Item): void;
  /** The least recently used that may leave, among those that were not looked at for longest; undefined = none. */
  oldest(mayLeave: (item: Item) => boolean): Item | undefined;
}

/** Create a set of items, each of which knows when it was used last. Up to 128 items the choice is exact. */
export function createRecency<Item extends { readonly usedAt: number }>(): Recency<Item> {
  /** What has been looked at goes to the back. */
  const items = new Set<Item>();

  return {
    add(item) {
      items.add(item);
    },
    remove(item) {
      items.delete(item);
    },
    oldest(mayLeave) {
      const met: Item[] = [];
      for (const item of items) {
        if (met.length === LOOK_COUNT_MAX) break;
        met.push(item);
      }
      let oldest: Item | undefined;
      for (const item of met) {
        items.delete(item);
        items.add(item);
        if (mayLeave(item) && (!oldest || item.usedAt < oldest.usedAt)) oldest = item;
      }
      return oldest;
    },
  };
}
