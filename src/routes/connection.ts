import type { Joined } from '../actor.ts';
import type { Commit, Subscriber } from '../audience.ts';
import { closeCodeOf, type ErrorCode, type Problem, toProblem, VivaError } from '../errors.ts';
import type { Watched } from '../followers.ts';
import { type Command, commandRoles, type Down, parseUp, type Role, type Up } from '../protocol.ts';
import { recordFor } from '../view.ts';
import { admit } from './admission.ts';
import type { Spend } from './allowance.ts';
import { createInbox, type Inbox, type Receiver } from './inbox.ts';
import type { ConnectionLimits } from './limits.ts';
import { type Channel, createOutbox, type Outbox, type Sender, type Unread } from './outbox.ts';
import type { TakeSeat } from './seats.ts';
import type { Service } from './service.ts';

// One connection's life: hello, then commands up and commits down. It sees a channel, not a WebSocket: socket.ts does.

/** What all connections of a process share. */
export interface ConnectionDeps {
  service: Pick<Service, 'actors' | 'tickets' | 'clock' | 'metrics' | 'pressure'>;
  limits: ConnectionLimits;
  log: { info(details: object, message: string): void; error(details: object, message: string): void };
  /** False when a role of an interview, over all its connections, has sent too much. */
  spend: Spend;
  /** A seat among the watchers of an interview. */
  takeSeat: TakeSeat;
  unread: Unread;
  /** 0..1 */
  random(): number;
}

/** Which connection it is. */
export interface ConnectionNames {
  /** From the address of the socket. */
  interviewId: string;
  connectionId: string;
}

export interface Connection {
  /** Whose it is; null before hello. */
  readonly role: Role | null;
  receive(text: string): void;
  receiveBinary(): void;
  /** The transport is gone. */
  closed(): void;
  /** End it because the service stops. */
  restart(): void;
}

const REOPENED: readonly ErrorCode[] = ['TRY_LATER', 'STORE_UNAVAILABLE'];

/** A command of this connection that is not answered yet. */
interface Underway {
  readonly id: string;
  isAcked: boolean;
}

/** A connection as the interview sees it. */
class JoinedConnection implements Subscriber {
  readonly role: Role;
  readonly firstEpoch: number | null;
  readonly #connection: SocketConnection;

  constructor(role: Role, firstEpoch: number | null, connection: SocketConnection) {
    this.role = role;
    this.firstEpoch = firstEpoch;
    this.#connection = connection;
  }

  get id(): string {
    return this.#connection.id;
  }

  publish(commit: Commit): void {
    this.#connection.run(() => this.#connection.publish(commit));
  }

  notice(notice: 'superseded' | 'deadline-soon', at: number): void {
    this.#connection.run(() => this.#connection.notice(notice, at));
  }

  end(code: ErrorCode): void {
    this.#connection.run(() => this.#connection.end(code));
  }
}

class SocketConnection implements Connection, Receiver, Sender {
  /** Null before hello. */
  role: Role | null = null;
  readonly id: string;
  readonly #interviewId: string;
  readonly #deps: ConnectionDeps;
  readonly #channel: Channel;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  #underway: readonly Underway[] = none;
  #isClosed = false;
  #isWelcomed = false;
  #actor: Watched | null = null;
  /** Under which it came to the interview; null before that. */
  #firstEpoch: number | null = null;
  /** Commits that came between joining the interview and its welcome. */
  #early: Commit[] | null = null;
  #giveSeatBack: (() => void) | null = null;
  /** Of the one timer: for hello, later for finding an interview again. */
  #callOff: (() => void) | null = null;

  constructor(deps: ConnectionDeps, { interviewId, connectionId }: ConnectionNames, channel: Channel) {
    const { service, limits, unread } = deps;
    this.id = connectionId;
    this.#interviewId = interviewId;
    this.#deps = deps;
    this.#channel = channel;
    this.#outbox = createOutbox({ channel, clock: service.clock, limits, unread, sender: this });
    this.#inbox = createInbox(limits.waitingMax, this);
  }

  /** Wait for the hello. */
  start(): void {
    const { helloTimeoutMs } = this.#deps.limits;
    this.#later(helloTimeoutMs, () => {
      this.#fail(toProblem('HELLO_TIMEOUT', `say hello within ${helloTimeoutMs} ms`));
    });
  }

  /** The one place for whatever goes wrong in a callback: a known error is told, anything else is a defect of ours. */
  run(job: () => void | Promise<void>): void {
    try {
      job()?.catch((error: unknown) => this.#onError(error));
    } catch (error) {
      this.#onError(error);
    }
  }

  #onError(error: unknown): void {
    if (error instanceof VivaError) this.#fail(toProblem(error.code, error.message, error.extra));
    else {
      this.#deps.log.error({ err: error, ...this.#names() }, 'a connection failed');
      this.#fail(toProblem('INTERNAL', 'this connection failed; connect again'));
    }
  }

  #names(): ConnectionNames {
    return { connectionId: this.id, interviewId: this.#interviewId };
  }

  /** Call later, instead of what was to be called so far. */
  #later(afterMs: number, job: () => void): void {
    this.#callOff?.();
    const { clock } = this.#deps.service;
    this.#callOff = clock.wake(clock.now() + afterMs, () => {
      this.#callOff = null;
      this.run(job);
    });
  }

  #stopWaiting(): void {
    this.#callOff?.();
    this.#callOff = null;
  }

  isOpen(): boolean {
    return this.#isWelcomed;
  }

  onHopeless(): void {
    this.#close('TRY_LATER');
  }

  /** The transport is gone. */
  closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopWaiting();
    this.#inbox.close();
    this.#actor?.detach(this.id);
    this.#giveSeatBack?.();
    this.#outbox.close();
  }

  #close(code: ErrorCode): void {
    if (this.#isClosed) return;
    this.#deps.log.info({ ...this.#names(), role: this.role, code }, 'connection ended');
    this.closed();
    // Codes without a close code of their own end a connection only where it cannot go on.
    this.#channel.close(closeCodeOf(code) ?? 1013, code);
  }

  #refuse(problem: Problem, id?: string): void {
    const { code, state, allowed } = problem;
    this.#deps.service.metrics.refused('socket', code);
    this.#outbox.send({
      type: 'error',
      ...(id === undefined ? {} : { id }),
      problem,
      ...(state === undefined ? {} : { state }),
      ...(allowed === undefined ? {} : { allowed }),
    });
  }

  #fail(problem: Problem, id?: string): void {
    this.#refuse(problem, id);
    this.#close(problem.code);
  }

  restart(): void {
    this.run(() => this.#restart());
  }

  #restart(): void {
    const { service, limits, random } = this.#deps;
    const retryAfterMs = Math.round(random() * limits.restartSpreadMs);
    this.#outbox.send({ type: 'notice', notice: 'restarting', at: service.clock.now(), retryAfterMs });
    this.#close('RESTARTING');
  }

  publish(commit: Commit): void {
    if (this.#early) {
      this.#early.push(commit);
      return;
    }
    this.#channel.together(() => this.#tell(commit));
  }

  #tell(commit: Commit): void {
    const id = commit.record?.command?.id;
    const asked = id === undefined ? undefined : this.#underway.find((one) => one.id === id);
    // The sender hears that it is stored before it sees what came of it.
    if (asked && !asked.isAcked) {
      asked.isAcked = true;
      this.#outbox.send({ type: 'ack', id: asked.id, seq: commit.seq, duplicate: false });
    }
    const by = this.role;
    if (by) this.#outbox.offer(() => framesOf(commit, by));
    if (commit.isEvaluating && commit.record) this.notice('evaluating', commit.record.at);
  }

  notice(notice: 'evaluating' | 'superseded' | 'deadline-soon', at: number): void {
    this.#outbox.send({ type: 'notice', notice, at });
  }

  /** The interview lets go of this connection. */
  end(code: ErrorCode): void {
    if (this.#isClosed) return;
    this.#actor = null;
    if (code === 'RESTARTING') this.#restart();
    else if (REOPENED.includes(code)) this.#reopen(1);
    else this.#fail(toProblem(code, code === 'SUPERSEDED' ? 'open in a newer tab' : 'connect again'));
  }

  /** Join the interview. What is committed from then on follows the frame that `greet` makes, in order. */
  async #join(by: Role, greet: (joined: Joined, epoch: number) => Down): Promise<void> {
    const { actors } = this.#deps.service;
    const early: Commit[] = [];
    this.#early = early;
    const firstEpoch = this.#firstEpoch;
    const opened = await (by === 'candidate'
      ? actors.open(this.#interviewId, by, firstEpoch)
      : actors.watch(this.#interviewId));
    const joined = await opened.attach(new JoinedConnection(by, firstEpoch, this));
    if (this.#isClosed) return opened.detach(this.id);
    this.#actor = opened;
    this.#firstEpoch ??= opened.epoch;
    this.#outbox.send(greet(joined, opened.epoch));
    this.#isWelcomed = true;
    const missed = early.filter(({ seq }) => seq > joined.seq);
    this.#early = null;
    for (const commit of missed) this.publish(commit);
  }

  /** The store failed under the interview: the connection stays and finds it again. */
  #reopen(attempt: number): void {
    const { reopenAttemptsMax, reopenMs } = this.#deps.limits;
    if (attempt > reopenAttemptsMax) {
      this.#close('TRY_LATER');
      return;
    }
    this.#later(reopenMs * 2 ** (attempt - 1), () => {
      const by = this.role;
      if (!by) return;
      this.#join(by, ({ seq, view }) => ({ type: 'view', seq, view })).catch((error: unknown) => {
        const isOutage = error instanceof VivaError && REOPENED.includes(error.code);
        if (isOutage) return this.#reopen(attempt + 1);
        // A newer tab is at another node.
        if (error instanceof VivaError && error.code === 'SUPERSEDED')
          this.notice('superseded', this.#deps.service.clock.now());
        this.#onError(error);
      });
    });
  }

  #spend(by: Role, text: string): void {
    if (!this.#deps.spend(`${by} ${this.#interviewId}`, Buffer.byteLength(text)))
      throw new VivaError('RATE_LIMITED', 'too much was sent in a short time; slow down');
  }

  async #greet(frame: Extract<Up, { type: 'hello' }>, text: string): Promise<void> {
    this.#stopWaiting();
    const { service, takeSeat, log } = this.#deps;
    const admission = await service.tickets.redeem(frame.ticket);
    if (admission.interviewId !== this.#interviewId)
      throw new VivaError('FORBIDDEN', 'the ticket is for another interview');
    const { role } = admission;
    // Before it can supersede anybody.
    this.#spend(role, text);
    if (role !== 'candidate') {
      this.#giveSeatBack = takeSeat(this.#interviewId);
      if (!this.#giveSeatBack) throw new VivaError('RATE_LIMITED', 'too many people watch this interview at once');
    }
    if (this.#isClosed) return this.#giveSeatBack?.();
    this.role = role;
    await this.#join(role, ({ seq, newsSeq, view }, epoch) => ({
      type: 'welcome',
      connectionId: this.id,
      epoch,
      seq,
      resumed: frame.lastSeq !== undefined && frame.lastSeq >= newsSeq && frame.lastSeq <= seq,
      view,
    }));
    log.info({ ...this.#names(), role }, 'connection opened');
  }

  async #dispatch(to: Watched, command: Command, by: Role): Promise<void> {
    const { pressure, metrics } = this.#deps.service;
    const { id } = command;
    const underway: Underway = { id, isAcked: false };
    this.#underway = [...this.#underway, underway];
    const result = await admit(pressure, command.type, () => to.dispatch(command, by));
    metrics.commandAnswered(command.type, result);
    this.#underway = this.#underway.length === 1 ? none : this.#underway.filter((one) => one !== underway);
    if (!result.ok) this.#refuse(result.problem, id);
    else if (!underway.isAcked) this.#outbox.send({ type: 'ack', id, seq: result.seq, duplicate: result.duplicate });
  }

  #command(frame: Command, by: Role): void {
    const to = this.#actor;
    if (commandRoles[frame.type] !== by)
      this.#fail(toProblem('FORBIDDEN', `${frame.type} is for: ${commandRoles[frame.type]}`), frame.id);
    else if (!to) this.#refuse(toProblem('STORE_UNAVAILABLE', 'not stored; send it again with the same id'), frame.id);
    // Not awaited: the actor's mailbox keeps the order, and a client may have several commands under way.
    else this.run(() => this.#dispatch(to, frame, by));
  }

  async handle(text: string): Promise<void> {
    const { limits, service } = this.#deps;
    const { role } = this;
    if (role === null && Buffer.byteLength(text) > limits.helloBytesMax)
      throw new VivaError('FRAME_TOO_LARGE', `before hello at most ${limits.helloBytesMax} bytes are accepted`);
    // Only now, and not as it comes in: who sends is known from the welcome on, and what waited for it counts too.
    if (role !== null) this.#spend(role, text);
    if (this.#isClosed) return;
    const frame = parseUp(text);
    if (role === null) {
      if (frame.type !== 'hello') throw new VivaError('UNAUTHENTICATED', 'say hello with a ticket first');
      await this.#greet(frame, text);
    } else if (frame.type === 'ping') this.#outbox.send({ type: 'pong', at: service.clock.now() });
    else if (frame.type === 'hello') throw new VivaError('FRAME_INVALID', 'hello was said already');
    else this.#command(frame, role);
  }

  receive(text: string): void {
    if (!this.#isClosed) this.run(() => this.#inbox.receive(text));
  }

  receiveBinary(): void {
    this.run(() => this.#fail(toProblem('FRAME_INVALID', 'text frames only')));
  }
}

const none: readonly Underway[] = [];

function framesOf({ seq, record, viewFor }: Commit, by: Role): Down[] {
  const view: Down = { type: 'view', seq, view: viewFor(by) };
  if (!record || by === 'candidate') return [view];
  return [{ type: 'record', seq, record: recordFor(record) }, view];
}

/** Serve one connection over a channel. Nothing in here throws into its caller. */
export function createConnection(deps: ConnectionDeps, names: ConnectionNames, channel: Channel): Connection {
  const connection = new SocketConnection(deps, names, channel);
  connection.start();
  return connection;
}
