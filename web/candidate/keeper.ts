import type { Drafts } from './drafts.ts';
import { reconcile } from './reconcile.ts';

// Keeps the text of one prompt: every keystroke on this device at once, on the server soon. No React, no clock of its
// own, so that it can be tested by handing it time.

/** Saved this long after the last keystroke … */
export const IDLE_MS = 1_000;
/** … and at least this often while typing goes on. */
export const BUSY_MS = 5_000;
/** Before the deadline the text goes out in any case: first time for a slow line, second for the last words. */
export const BEFORE_DEADLINE_MS = [1_500, 400] as const;
/** A text longer than this is not sent more often than `BUSY_MS`: every draft is the whole text. */
const LONG_CHARS_MIN = 8_000;
/** A draft that the server could not take is sent again after this long. */
const RETRY_MS = 3_000;

/** How many texts of its own it remembers, to tell a late echo of them from what another device wrote. */
const MINE_COUNT_MAX = 8;

const finalCodes = new Set(['STALE_PROMPT', 'NOT_ACCEPTED', 'ANSWER_TOO_LONG', 'FRAME_INVALID']);

export interface KeeperState {
  text: string;
  /** The newest text is acknowledged by the server. */
  isSaved: boolean;
  /** The newest text is kept on this device. */
  isKept: boolean;
  isTooLong: boolean;
  /** A different text of this device that lost against the server's: offered, until it is used or dismissed. */
  other?: string;
}

export interface KeeperParts {
  prompt: { id: string; text: string; draft?: string | undefined; deadlineAt?: number | undefined };
  charsMax: number;
  drafts: Drafts;
  /** Resolves when the server has acknowledged; rejects with an object that has a `code`. */
  save: (text: string) => Promise<unknown>;
  /** The server's clock. */
  now: () => number;
  /** Run later; returns how to cancel. */
  later: (run: () => void, ms: number) => () => void;
}

export interface Keeper {
  getState(): KeeperState;
  subscribe(listener: () => void): () => void;
  edit(text: string): void;
  /** Begin to send; `stop` ends it. Typing is kept on this device in between, too. */
  start(): void;
  stop(): void;
  /** The server's draft as a later view shows it: mostly our own, sometimes what another device wrote. */
  receive(serverText: string): void;
  /** Send what is not sent yet, now. */
  flush(): void;
  /** The clock was moved: paused, resumed, extended. */
  setDeadline(deadlineAt: number | undefined): void;
  /** The answer is on its way: no draft may follow it. `false` takes it back. */
  hold(isHeld: boolean): void;
  useOther(): void;
  dismissOther(): void;
}

function codeOf(error: unknown): string {
  return String(Object(error).code ?? '');
}

/** Start keeping one prompt's text, beginning with the better of the server's draft and this device's. */
export function createKeeper({ prompt, charsMax, drafts, save, now, later }: KeeperParts): Keeper {
  const serverText = prompt.draft ?? '';
  const local = drafts.read(prompt.id);
  const start = reconcile(local, serverText);
  const listeners = new Set<() => void>();

  let { text } = start;
  let sent = serverText;
  let saved = serverText;
  let other = start.other;
  let isKept = local !== null;
  let isHeld = false;
  let isStopped = true;
  let inFlightCount = 0;
  let mine = [serverText, local?.saved, local?.sent];
  let editedAt = now();
  let unsavedSince = now();
  let retryAt = 0;
  let sentAt = 0;
  let deadlineAt = prompt.deadlineAt;
  let cancel = () => {};
  let state = look();

  function look(): KeeperState {
    const isSaved = text === saved;
    return { text, isSaved, isKept, isTooLong: text.length > charsMax, ...(other === undefined ? {} : { other }) };
  }

  function keep(): void {
    isKept = drafts.write(prompt.id, { promptText: prompt.text, text, sent, saved });
  }

  function publish(): void {
    state = look();
    for (const listener of listeners) listener();
  }

  function canSend(): boolean {
    return !isHeld && !isStopped && text !== sent && text.length <= charsMax;
  }

  function schedule(): void {
    cancel();
    if (!canSend()) return;
    const at = now();
    const beforeEnd = BEFORE_DEADLINE_MS.map((ms) => (deadlineAt ?? Infinity) - ms).find((instant) => instant > at);
    const soon = Math.min(editedAt + IDLE_MS, unsavedSince + BUSY_MS);
    const spaced = text.length > LONG_CHARS_MIN ? sentAt + BUSY_MS : 0;
    const calm = inFlightCount > 0 ? Infinity : Math.max(retryAt, spaced, soon);
    const due = Math.min(calm, beforeEnd ?? Infinity);
    if (due !== Infinity) cancel = later(flush, Math.max(0, due - at));
  }

  function flush(): void {
    cancel();
    if (!canSend()) return;
    const sending = text;
    sent = sending;
    sentAt = now();
    mine = [sending, ...mine].slice(0, MINE_COUNT_MAX);
    inFlightCount += 1;
    keep();
    save(sending)
      .then(
        () => {
          saved = sending;
          unsavedSince = now();
        },
        (error: unknown) => {
          if (finalCodes.has(codeOf(error)) || sent !== sending) return;
          sent = saved;
          retryAt = now() + RETRY_MS;
        },
      )
      .then(() => {
        inFlightCount -= 1;
        if (isStopped) return;
        keep();
        publish();
        schedule();
      });
  }

  function edit(next: string): void {
    if (text === saved) unsavedSince = now();
    text = next;
    editedAt = now();
    keep();
    publish();
    schedule();
  }

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      isStopped = false;
      schedule();
    },
    stop() {
      isStopped = true;
      cancel();
    },
    receive(serverText) {
      if (serverText === text || mine.includes(serverText)) return;
      const next = reconcile({ promptText: prompt.text, text, sent, saved }, serverText);
      ({ text } = next);
      if (next.other !== undefined) other = next.other;
      sent = serverText;
      saved = serverText;
      mine = [serverText, ...mine].slice(0, MINE_COUNT_MAX);
      keep();
      publish();
      schedule();
    },
    edit,
    flush,
    setDeadline(next) {
      deadlineAt = next;
      schedule();
    },
    hold(next) {
      isHeld = next;
      schedule();
    },
    useOther() {
      const lost = other;
      other = undefined;
      if (lost !== undefined) edit(lost);
    },
    dismissOther() {
      other = undefined;
      publish();
    },
  };
}
