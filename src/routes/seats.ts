/** Take a seat under a key. Returns how to give it back (once), or null when all are taken. */
export type TakeSeat = (key: string) => (() => void) | null;

/** Create seats: at most `max` under each key. */
export function createSeats(max: number): TakeSeat {
  const takenByKey = new Map<string, number>();
  return (key) => {
    const taken = takenByKey.get(key) ?? 0;
    if (taken >= max) return null;
    takenByKey.set(key, taken + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (takenByKey.get(key) ?? 1) - 1;
      if (left === 0) takenByKey.delete(key);
      else takenByKey.set(key, left);
    };
  };
}
