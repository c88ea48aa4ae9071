import type { Socket } from 'node:net';
import type { Down, Role, View } from '../../src/protocol.ts';
import type { Node } from './chaos.node.ts';
import { MARK, SECRET } from './chaos.plan.ts';

// What clients say and hear, kept for the referee. Tabs lose, repeat and garble on purpose; they never tidy up.

/** A command under one id, however often and with whatever content it was sent. */
export interface Ask {
  id: string;
  role: Role;
  /** The contents that were sent under this id, without the id. */
  contents: Record<string, unknown>[];
  firstSentAt: number;
  attempts: number;
  /** Attempts whose connection ended before an answer came. */
  lost: number;
  acks: { seq: number; duplicate: boolean; at: number; content: Record<string, unknown> }[];
  refusals: string[];
  /** Nothing of it may ever be stored: forged, cut off, or another role's. */
  isBarred: boolean;
}

/** A view as a candidate was told it. */
export interface Told {
  seq: number;
  view: View;
}

/** Everything that was said to and by the clients of one interview. */
export interface Hearsay {
  readonly id: string;
  asks: Map<string, Ask>;
  told: Told[];
  problems: string[];
  /** The newest record that the engine has, as far as this process knows. */
  committedSeq(): number;
  now(): number;
}

export interface Tab {
  readonly role: Role;
  readonly node: Node | null;
  readonly isOpen: boolean;
  /** Nothing that was sent is without an answer, or no answer can come. */
  readonly isQuiet: boolean;
  readonly seq: number;
  readonly view: View | null;
  /** Prompts that this tab has seen, the newest last. */
  readonly promptIds: string[];
  readonly closeCode: number | null;
  /** What it waits for, in words. */
  readonly lack: string;
  connect(node: Node): Promise<void>;
  /** Send a command as text, whole, or only the first part of its bytes and then a reset. */
  send(ask: Ask, content: Record<string, unknown>, cut?: number): void;
  /** Send what is no command; the connection has to end. */
  garble(frame: string | Buffer): void;
  drop(how: 'close' | 'terminate' | 'reset'): void;
  stall(isStalled: boolean): void;
}

/** The bytes of one masked text frame. Source: RFC 6455 §5.2. */
function frameBytes(text: string): Buffer {
  const body = Buffer.from(text);
  const head = body.length < 126 ? Buffer.from([0x81, 0x80 | body.length]) : Buffer.alloc(4);
  if (body.length >= 126) {
    head.writeUInt16BE(0x81fe, 0);
    head.writeUInt16BE(body.length, 2);
  }
  // A mask of zeros leaves the text as it is.
  return Buffer.concat([head, Buffer.alloc(4), body]);
}

/** What no frame to a candidate may hold, besides the words of the rubric. */
const hiddenKeys =
  /"(score|coverage|verdict|evidence|confidence|rubric|points?|pointId|evaluation|threshold|flags|statePath|transcript|record)"/;

/** Create a tab of an interview in a role. */
export function createTab(role: Role, heard: Hearsay): Tab {
  let socket: ReturnType<Node['app']['open']> | null = null;
  let node: Node | null = null;
  let isWelcomed = false;
  let isStalled = false;
  let mustClose = false;
  let closeCode: number | null = null;
  let seq = 0;
  let epoch = 0;
  let view: View | null = null;
  const promptIds: string[] = [];
  /** What was sent and has no answer yet; answers to one id come in its order. */
  let waiting: { id: string; content: Record<string, unknown> }[] = [];
  const note = (problem: string) => heard.problems.push(`${role}: ${problem}`);

  function see(frame: Extract<Down, { seq: number; view: View }>): void {
    if (frame.seq < seq) note(`view ${frame.seq} came after ${seq}`);
    if (frame.seq > heard.committedSeq()) note(`was told of ${frame.seq}, which is not committed`);
    seq = frame.seq;
    view = frame.view;
    heard.told.push({ seq, view });
    const promptId = view.prompt?.id;
    if (promptId !== undefined && promptIds.at(-1) !== promptId) promptIds.push(promptId);
  }

  function hear(text: string): void {
    if (role === 'candidate') {
      if (text.includes(SECRET)) note(`saw words of the rubric in ${text.slice(0, 200)}`);
      const key = hiddenKeys.exec(text);
      if (key) note(`saw ${key[0]}`);
    }
    const frame = JSON.parse(text) as Down;
    if (frame.type === 'welcome') {
      isWelcomed = true;
      if (frame.epoch < epoch) note(`epoch ${frame.epoch} after ${epoch}`);
      epoch = frame.epoch;
      seq = 0;
      see(frame);
    } else if (frame.type === 'view') see(frame);
    else if (frame.type === 'ack' || (frame.type === 'error' && frame.id !== undefined)) {
      const id = frame.id ?? '';
      const place = waiting.findIndex((sent) => sent.id === id);
      const [sent] = place < 0 ? [] : waiting.splice(place, 1);
      if (!sent) return void note(`an answer to what was not asked: ${text.slice(0, 200)}`);
      const ask = heard.asks.get(id);
      if (frame.type === 'error') ask?.refusals.push(frame.problem.code);
      else {
        if (frame.seq > heard.committedSeq()) note(`ack of ${frame.seq}, which is not committed`);
        ask?.acks.push({ seq: frame.seq, duplicate: frame.duplicate, at: heard.now(), content: sent.content });
      }
    }
  }

  function lose(): void {
    for (const { id } of waiting) {
      const ask = heard.asks.get(id);
      if (ask) ask.lost += 1;
    }
    waiting = [];
  }

  function drop(how: 'close' | 'terminate' | 'reset'): void {
    if (!socket) return;
    // A paused socket would not read the answer to its close.
    if (isStalled) stall(false);
    if (how === 'close') socket.ws.close();
    // Before it is open there is nothing to reset yet.
    else if (how === 'terminate' || socket.ws.readyState === socket.ws.CONNECTING) socket.ws.terminate();
    else rawOf(socket.ws)?.resetAndDestroy();
    mustClose = true;
  }

  function stall(stalled: boolean): void {
    isStalled = stalled;
    const raw = socket && rawOf(socket.ws);
    if (stalled) raw?.pause();
    else raw?.resume();
  }

  return {
    role,
    get node() {
      return node;
    },
    get isOpen() {
      return socket !== null && closeCode === null;
    },
    get isQuiet() {
      if (socket === null || closeCode !== null || isStalled) return true;
      return isWelcomed && waiting.length === 0 && !mustClose;
    },
    get seq() {
      return seq;
    },
    get view() {
      return view;
    },
    get closeCode() {
      return closeCode;
    },
    get lack() {
      if (!isWelcomed) return `${role} for a welcome`;
      return `${role} for ${mustClose ? 'the close' : waiting.map(({ content }) => content.type).join(', ')}`;
    },
    promptIds,
    async connect(to) {
      if (socket && closeCode === null) drop('terminate');
      lose();
      // What the old connection still says is nobody's any more.
      socket = null;
      node = to;
      isWelcomed = false;
      isStalled = false;
      mustClose = false;
      closeCode = null;
      const { ticket } = await to.app.tickets.issue({ role, interviewId: heard.id });
      const opened = to.app.open(heard.id);
      socket = opened;
      opened.ws.on('message', (data) => {
        if (socket === opened) hear(data.toString());
      });
      opened.ws.on('close', (code) => {
        if (socket !== opened) return;
        closeCode = code;
        lose();
      });
      opened.send({ type: 'hello', ticket, ...(seq > 0 ? { lastSeq: seq } : {}) });
    },
    send(ask, content, cut) {
      if (!socket || closeCode !== null) return;
      ask.attempts += 1;
      ask.contents.push(content);
      waiting.push({ id: ask.id, content });
      const text = JSON.stringify({ id: ask.id, ...content });
      if (cut === undefined) return socket.send(text);
      const bytes = frameBytes(text);
      const { ws } = socket;
      const sendPart = () => {
        const raw = rawOf(ws);
        raw?.write(bytes.subarray(0, Math.round(bytes.length * cut)), () => raw.resetAndDestroy());
        mustClose = true;
      };
      if (ws.readyState === ws.OPEN) sendPart();
      else ws.once('open', sendPart);
    },
    garble(frame) {
      if (!socket || closeCode !== null) return;
      mustClose = true;
      socket.send(frame);
    },
    drop,
    stall,
  };
}

/** The TCP socket below, which `ws` keeps to itself until there is a reset to send. */
function rawOf(ws: object): Socket | null {
  return (ws as { _socket: Socket | null })._socket;
}

/** A text of a candidate; `n` decides which points it meets. */
export function textOf(n: number): string {
  const said = ['', '+a', '+b', '+a +b', 'no idea'][n % 5];
  return `${MARK} ${said} ${'long '.repeat(n > 40 ? 200 : 0)}${n}`;
}
