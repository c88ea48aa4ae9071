import type { Joined } from '../actor.ts';
import type { Commit, Subscriber } from '../audience.ts';
import { closeCodeOf, type ErrorCode, type Problem, toProblem, VivaError } from '../errors.ts';
import type { Watched } from '../followers.ts';
import { type Command, commandRoles, type Down, parseUp, type Role, type Up } from '../protocol.ts';
import { recordFor } from '../view.ts';
import { admit } from './admission.ts';
import { createInbox } from './inbox.ts';
import type { ConnectionLimits } from './limits.ts';
import { type Channel, createOutbox, type Unread } from './outbox.ts';
import type { TakeSeat } from './seats.ts';
import type { Service } from './service.ts';

// One connection's life: hello, then commands up and commits down. It sees a channel, not a WebSocket: socket.ts does.

export interface ConnectionDeps {
  service: Pick<Service, 'actors' | 'tickets' | 'clock' | 'metrics' | 'pressure'>;
  limits: ConnectionLimits;
  log: { info(details: object, message: string): void; error(details: object, message: string): void };
  /** From the address of the socket. */
  interviewId: string;
  connectionId: string;
  /** False when a role of the interview, over all its connections, has sent too much. */
  spend(by: Role, byteCount: number): boolean;
  /** A seat among the watchers of an interview. */
  takeSeat: TakeSeat;
  unread: Unread;
  /** 0..1 */
  random(): number;
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

/** Serve one connection over a channel. Nothing in here throws into its caller. */
export function createConnection(deps: ConnectionDeps, channel: Channel): Connection {
  const { service, interviewId, connectionId, log } = deps;
  const { clock } = service;
  const inFlight = new Map<string, number>();
  const acked = new Set<string>();
  let isClosed = false;
  let role: Role | null = null;
  let actor: Watched | null = null;
  /** Commits that came between joining the interview and its welcome. */
  let early: Commit[] | null = [];
  let isWelcomed = false;
  let giveSeatBack: (() => void) | null = null;
  const callOffs = new Set<() => void>();

  const outbox = createOutbox({
    channel,
    clock,
    limits: deps.limits,
    unread: deps.unread,
    onHopeless: () => close('TRY_LATER'),
  });

  /** The one place for whatever goes wrong in a callback: a known error is told, anything else is a defect of ours. */
  function run(job: () => void | Promise<void>): void {
    const onError = (error: unknown) => {
      if (error instanceof VivaError) return fail(toProblem(error.code, error.message, error.extra));
      log.error({ err: error, connectionId, interviewId }, 'a connection failed');
      fail(toProblem('INTERNAL', 'this connection failed; connect again'));
    };
    try {
      job()?.catch(onError);
    } catch (error) {
      onError(error);
    }
  }

  function later(afterMs: number, job: () => void): () => void {
    const callOff = clock.wake(clock.now() + afterMs, () => {
      callOffs.delete(callOff);
      run(job);
    });
    callOffs.add(callOff);
    return callOff;
  }

  const callOffHello = later(deps.limits.helloTimeoutMs, () => {
    fail(toProblem('HELLO_TIMEOUT', `say hello within ${deps.limits.helloTimeoutMs} ms`));
  });

  function leave(): void {
    if (isClosed) return;
    isClosed = true;
    for (const callOff of callOffs) callOff();
    inbox.close();
    actor?.detach(connectionId);
    giveSeatBack?.();
    outbox.close();
  }

  function close(code: ErrorCode): void {
    if (isClosed) return;
    log.info({ connectionId, interviewId, role, code }, 'connection ended');
    leave();
    // Codes without a close code of their own end a connection only where it cannot go on.
    channel.close(closeCodeOf(code) ?? 1013, code);
  }

  function refuse(problem: Problem, id?: string): void {
    const { code, state, allowed } = problem;
    service.metrics.refused('socket', code);
    outbox.send({
      type: 'error',
      ...(id === undefined ? {} : { id }),
      problem,
      ...(state === undefined ? {} : { state }),
      ...(allowed === undefined ? {} : { allowed }),
    });
  }

  function fail(problem: Problem, id?: string): void {
    refuse(problem, id);
    close(problem.code);
  }

  function restart(): void {
    const retryAfterMs = Math.round(deps.random() * deps.limits.restartSpreadMs);
    outbox.send({ type: 'notice', notice: 'restarting', at: clock.now(), retryAfterMs });
    close('RESTARTING');
  }

  function framesOf({ seq, record, viewFor }: Commit, by: Role): Down[] {
    const view: Down = { type: 'view', seq, view: viewFor(by) };
    if (!record || by === 'candidate') return [view];
    return [{ type: 'record', seq, record: recordFor(record) }, view];
  }

  function publish(commit: Commit): void {
    if (early) {
      early.push(commit);
      return;
    }
    const id = commit.record?.command?.id;
    // The sender hears that it is stored before it sees what came of it.
    if (id !== undefined && inFlight.has(id) && !acked.has(id)) {
      acked.add(id);
      outbox.send({ type: 'ack', id, seq: commit.seq, duplicate: false });
    }
    const by = role;
    if (by) outbox.offer(() => framesOf(commit, by));
  }

  function makeSubscriber(by: Role): Subscriber {
    return {
      id: connectionId,
      role: by,
      publish: (commit) => run(() => publish(commit)),
      notice: (notice, at) => run(() => outbox.send({ type: 'notice', notice, at })),
      end(code) {
        run(() => {
          if (isClosed) return;
          actor = null;
          if (code === 'RESTARTING') restart();
          else if (REOPENED.includes(code)) reopen(1);
          else fail(toProblem(code, code === 'SUPERSEDED' ? 'open in a newer tab' : 'connect again'));
        });
      },
    };
  }

  /** Join the interview. What is committed from then on follows the frame that `greet` makes, in order. */
  async function join(by: Role, greet: (joined: Joined, epoch: number) => Down): Promise<void> {
    early = [];
    const opened = await (by === 'candidate'
      ? service.actors.open(interviewId, by)
      : service.actors.watch(interviewId));
    const joined = await opened.attach(makeSubscriber(by));
    if (isClosed) return opened.detach(connectionId);
    actor = opened;
    outbox.send(greet(joined, opened.epoch));
    isWelcomed = true;
    const missed = early.filter(({ seq }) => seq > joined.seq);
    early = null;
    for (const commit of missed) publish(commit);
  }

  /** The store failed under the interview: the connection stays and finds it again. */
  function reopen(attempt: number): void {
    if (attempt > deps.limits.reopenAttemptsMax) {
      close('TRY_LATER');
      return;
    }
    later(deps.limits.reopenMs * 2 ** (attempt - 1), () => {
      const by = role;
      if (!by) return;
      join(by, ({ seq, view }) => ({ type: 'view', seq, view })).catch((error: unknown) => {
        const isOutage = error instanceof VivaError && REOPENED.includes(error.code);
        if (isOutage) reopen(attempt + 1);
        else
          run(() => {
            throw error;
          });
      });
    });
  }

  function spend(by: Role, text: string): void {
    if (!deps.spend(by, Buffer.byteLength(text)))
      throw new VivaError('RATE_LIMITED', 'too much was sent in a short time; slow down');
  }

  async function greet(frame: Extract<Up, { type: 'hello' }>, text: string): Promise<void> {
    callOffHello();
    const admission = await service.tickets.redeem(frame.ticket);
    if (admission.interviewId !== interviewId) throw new VivaError('FORBIDDEN', 'the ticket is for another interview');
    // Before it can supersede anybody.
    spend(admission.role, text);
    if (admission.role !== 'candidate') {
      giveSeatBack = deps.takeSeat(interviewId);
      if (!giveSeatBack) throw new VivaError('RATE_LIMITED', 'too many people watch this interview at once');
    }
    if (isClosed) return giveSeatBack?.();
    role = admission.role;
    await join(role, ({ seq, newsSeq, view }, epoch) => ({
      type: 'welcome',
      connectionId,
      epoch,
      seq,
      resumed: frame.lastSeq !== undefined && frame.lastSeq >= newsSeq && frame.lastSeq <= seq,
      view,
    }));
    log.info({ connectionId, interviewId, role }, 'connection opened');
  }

  async function dispatch(to: Watched, command: Command, by: Role): Promise<void> {
    const { id } = command;
    inFlight.set(id, (inFlight.get(id) ?? 0) + 1);
    const result = await admit(service.pressure, command.type, () => to.dispatch(command, by));
    service.metrics.commandAnswered(command.type, result);
    const left = (inFlight.get(id) ?? 1) - 1;
    if (left === 0) inFlight.delete(id);
    else inFlight.set(id, left);
    if (!result.ok) refuse(result.problem, id);
    else if (!acked.delete(id)) outbox.send({ type: 'ack', id, seq: result.seq, duplicate: result.duplicate });
  }

  function command(frame: Command, by: Role): void {
    const to = actor;
    if (commandRoles[frame.type] !== by)
      fail(toProblem('FORBIDDEN', `${frame.type} is for: ${commandRoles[frame.type]}`), frame.id);
    else if (!to) refuse(toProblem('STORE_UNAVAILABLE', 'not stored; send it again with the same id'), frame.id);
    // Not awaited: the actor's mailbox keeps the order, and a client may have several commands under way.
    else run(() => dispatch(to, frame, by));
  }

  async function handle(text: string): Promise<void> {
    if (role === null && Buffer.byteLength(text) > deps.limits.helloBytesMax)
      throw new VivaError('FRAME_TOO_LARGE', `before hello at most ${deps.limits.helloBytesMax} bytes are accepted`);
    // Only now, and not as it comes in: who sends is known from the welcome on, and what waited for it counts too.
    if (role !== null) spend(role, text);
    if (isClosed) return;
    const frame = parseUp(text);
    if (role === null) {
      if (frame.type !== 'hello') throw new VivaError('UNAUTHENTICATED', 'say hello with a ticket first');
      await greet(frame, text);
    } else if (frame.type === 'ping') outbox.send({ type: 'pong', at: clock.now() });
    else if (frame.type === 'hello') throw new VivaError('FRAME_INVALID', 'hello was said already');
    else command(frame, role);
  }

  const inbox = createInbox({ waitingMax: deps.limits.waitingMax, isOpen: () => isWelcomed, handle });

  return {
    get role() {
      return role;
    },
    receive(text) {
      if (!isClosed) run(() => inbox.receive(text));
    },
    receiveBinary() {
      run(() => fail(toProblem('FRAME_INVALID', 'text frames only')));
    },
    closed: leave,
    restart: () => run(restart),
  };
}
