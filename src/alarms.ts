// One timer for all that wait. A timer of Node's own for each would weigh more than all else that an idle interview
// keeps for a deadline, and every answer sets several.

/** Node fires timers above 2^31-1 ms at once, so longer waits go in hops. */
const HOP_MS_MAX = 2 ** 31 - 1;

interface Alarm {
  at: number;
  /** Of two for one instant the one that was set first comes first. */
  order: number;
  fn: () => void;
  /** Its place in the heap; -1 = it is not in it any more. */
  index: number;
}

/** Calls what was set at its instant. Units: ms, on the clock that it was created with. */
export interface Alarms {
  /** Call `fn` once, never before `at`, and never before this call has returned. Returns how to call it off. */
  set(at: number, fn: () => void): () => void;
  /** How many are set. */
  count(): number;
}

const isBefore = (a: Alarm, b: Alarm) => (a.at === b.at ? a.order < b.order : a.at < b.at);

/** Create alarms on a clock. Their timer keeps the process alive only as long as something else does. */
export function createAlarms(now: () => number): Alarms {
  /** A binary heap: no alarm comes before its parent at (index - 1) / 2. */
  const heap: Alarm[] = [];
  let orders = 0;
  let timer: NodeJS.Timeout | undefined;
  let armedFor = Number.POSITIVE_INFINITY;

  function put(alarm: Alarm, index: number): void {
    heap[index] = alarm;
    alarm.index = index;
  }

  function rise(alarm: Alarm, from: number): void {
    let index = from;
    while (index > 0) {
      const parent = heap[(index - 1) >> 1];
      if (!parent || !isBefore(alarm, parent)) break;
      put(parent, index);
      index = (index - 1) >> 1;
    }
    put(alarm, index);
  }

  function sink(alarm: Alarm, from: number): void {
    let index = from;
    for (;;) {
      const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]];
      const child = left && right && isBefore(right, left) ? right : left;
      if (!child || !isBefore(child, alarm)) break;
      const next = child.index;
      put(child, index);
      index = next;
    }
    put(alarm, index);
  }

  function remove(alarm: Alarm): void {
    const { index } = alarm;
    if (index < 0) return;
    alarm.index = -1;
    const last = heap.pop();
    if (!last || last === alarm) return;
    rise(last, index);
    if (last.index === index) sink(last, index);
  }

  /** Set the timer for the earliest. One that comes too early, because that one was called off, looks again. */
  function arm(): void {
    const at = heap[0]?.at ?? Number.POSITIVE_INFINITY;
    if (at >= armedFor || at === Number.POSITIVE_INFINITY) return;
    clearTimeout(timer);
    armedFor = at;
    timer = setTimeout(ring, Math.min(HOP_MS_MAX, Math.max(1, at - now()))).unref();
  }

  function ring(): void {
    armedFor = Number.POSITIVE_INFINITY;
    const [until, newest] = [now(), orders];
    try {
      // What is set meanwhile waits for the next time, so that none can keep the others from coming.
      for (let next = heap[0]; next && next.at <= until && next.order <= newest; next = heap[0]) {
        remove(next);
        next.fn();
      }
    } finally {
      arm();
    }
  }

  return {
    set(at, fn) {
      // What is overdue comes next, but not before what has been due for longer.
      const alarm = { at: Math.max(at, now()), order: ++orders, fn, index: heap.length };
      rise(alarm, heap.length);
      arm();
      return () => remove(alarm);
    },
    count: () => heap.length,
  };
}
