import type { InterviewEvent } from '../machines/interview.ts';
import { type Annotation, isAnnotation, REVIEWS_MAX } from './annotations.ts';
import { createAudience, type Subscriber } from './audience.ts';
import { applyDueDeadlines, arrive, type Course, catchUp, noteAbsence } from './catchup.ts';
import type { Clock } from './clock.ts';
import { checkLength, digestOf, explainRefusal, toEvent } from './commands.ts';
import type { Downtime } from './downtime.ts';
import { createLogics, type EffectDeps } from './effects.ts';
import { type ErrorCode, type Problem, toProblem } from './errors.ts';
import { sealRecord } from './journal/chain.ts';
import { readHead } from './journal/head.ts';
import type { Append, Cause, Claimed, Glance, Journal, StoredEvent } from './journal/journal.ts';
import { versionsNow } from './journal/versions.ts';
import { createMailbox } from './mailbox.ts';
import type { PublishedPlan } from './plans/schema.ts';
import { createPresence } from './presence.ts';
import type { Command, Role, View } from './protocol.ts';
import { type ResultEvent, reduce, type Step, stateOf, statePathOf, wakeAtOf } from './reduce.ts';
import { createReminder } from './reminder.ts';
import { emptyLedger, readLedger } from './report/ledger.ts';
import { addToStory, foldStory, type Story } from './report/story.ts';
import { emptyTranscript, toTranscript } from './report/transcript.ts';
import { requestFor } from './request.ts';
import { advance, type Standing, stay, writeSnapshot } from './restore.ts';
import { createRunning } from './running.ts';
import { viewFor } from './view.ts';

export type DispatchResult = { ok: true; seq: number; duplicate: boolean } | { ok: false; problem: Problem };

/** An annotation without its instant, which the actor gives it. */
export type Undated = Annotation extends infer One ? (One extends Annotation ? Omit<One, 'at'> : never) : never;

/** What a connection joins. */
export interface Joined {
  seq: number;
  /** The newest record that anybody would notice. */
  newsSeq: number;
  view: View;
}

/** One live interview: the only place that moves it. */
export interface Actor {
  readonly id: string;
  readonly epoch: number;
  readonly seq: number;
  /** Resolves after the commit. Never rejects. */
  dispatch(command: Command, by: Role): Promise<DispatchResult>;
  /** Add something beside the course of the interview, under a command id of its own. As `dispatch` otherwise. */
  annotate(id: string, annotation: Undated, by: Role): Promise<DispatchResult>;
  /** Follow the interview. A candidate's connection supersedes older ones. */
  attach(subscriber: Subscriber): Promise<Joined>;
  detach(subscriberId: string): void;
  read(role: Role): Promise<View>;
  /** Nothing waits, nobody listens, no evaluation runs and no deadline is due: it may leave memory. */
  readonly isIdle: boolean;
  /** Somebody is connected. */
  readonly isWatched: boolean;
  readonly isCandidateConnected: boolean;
  /** The earliest instant at which it has to act, or null. */
  readonly wakeAt: number | null;
  /** What the store tells of the interview: another node may have taken it over. */
  see(glance: Glance): void;
  /** When something last happened, or somebody asked for it. */
  readonly usedAt: number;
  /** An outage has become known. */
  catchUp(): void;
  /** Somebody is about to use it: it must not leave memory under their hands. */
  touch(): void;
  /** Finish what is in the mailbox, stop the effects, give the lease up with a snapshot, end the connections. */
  stop(code: ErrorCode): Promise<void>;
}

/** Where the service writes what went wrong. Never candidate text. */
export interface Log {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface ActorDeps {
  journal: Journal;
  clock: Clock;
  log: Log;
  published: PublishedPlan;
  evaluator: EffectDeps['evaluator'];
  fallback: EffectDeps['fallback'];
  /** At random; keeps the commitments to what people write from being guessed. */
  newSalt(): string;
  downtime: Pick<Downtime, 'after'>;
  /** Whoever was connected to this interview is gone since then. */
  unattendedSince: number;
  limits: { mailboxMax: number; answerCharsMax: number; snapshotEvery: number };
  /**
   * The actor can no longer be sure of its state: drop it; the next one restores from the journal. Until
   * `attendedUntil` the candidate was there, or a record tells where they were.
   */
  onLost(attendedUntil: number): void;
}

const unavailable: Problem = toProblem(
  'STORE_UNAVAILABLE',
  'it is not known whether this was stored; send it again with the same id',
);

const stopping: Problem = toProblem('RESTARTING', 'this was not stored; send it again with the same id in a moment');

/** Bring a claimed and restored interview to life; its active effects start at once. */
export function createInterviewActor(deps: ActorDeps, claimed: Claimed, restored: Standing): Actor {
  const { clock, journal, log, published, limits, downtime } = deps;
  const { id, meta, epoch } = claimed.head;
  const commandsById = new Map(claimed.commands.map((command) => [command.id, command]));
  let standing = restored;
  let headHash = claimed.head.hash;
  let snapshotSeq = claimed.snapshot?.seq ?? 0;
  let story: Story | null = null;
  let usedAt = clock.now();
  /** The instant of the newest record: none is older than the one before it. */
  let writtenAt = claimed.head.updatedAt;
  let isStopping = false;
  /** What whoever comes too late is told. */
  let lateCode: ErrorCode = 'RESTARTING';
  let isLost = false;
  /** A newer connection of the candidate is at another node. */
  let isSuperseded = false;

  const mailbox = createMailbox(limits.mailboxMax, (error) => {
    log.error({ err: error, interviewId: id }, 'a job of the interview failed');
    lose('INTERNAL');
  });

  const audience = createAudience(currentView);
  const presence = createPresence({
    clock,
    since: Math.max(deps.unattendedSince, restored.snapshot.context.at),
    onMissed: () => mailbox.push(() => catchUp(course)),
  });
  const course: Course = { downtime, presence, standing: () => standing, instant, isLost: () => isLost, apply };
  const reminder = createReminder(clock, (at) => audience.notice('deadline-soon', at));

  // Made for each evaluation: an interview that waits for its candidate should weigh little.
  const logicsOf = () =>
    createLogics({
      clock,
      evaluator: deps.evaluator,
      fallback: deps.fallback,
      requestOf: ({ questionId }) => {
        const question = published.plan.questions.find((candidate) => candidate.id === questionId);
        if (!question) throw new Error(`question ${questionId} is not in the plan`);
        return requestFor(question, standing.working.answers, standing.snapshot.context.askedPointIds);
      },
      tokensSpent: () => standing.working.tokensSpent,
      timeLeftMs: () => (standing.snapshot.context.evaluationDueAt ?? clock.now()) - clock.now(),
    });

  const running = createRunning(logicsOf, clock, (event, isStale, error) => {
    if (error !== undefined)
      log.error({ err: error, interviewId: id, effect: event.actorId }, 'an effect is defective');
    mailbox.push(async () => {
      await catchUp(course);
      if (!isStale()) await noteAbsence(course);
      if (!isStale() && !isLost) await apply(event);
    });
  });

  /** One recovery path: forget everything; whoever opens the interview next restores it from the journal. */
  function lose(code: ErrorCode): void {
    if (isLost) return;
    isLost = true;
    // Who arrives just now has lost nothing yet, and finds the interview where it is.
    lateCode = code === 'RESTARTING' ? 'TRY_LATER' : code;
    running.stopAll();
    reminder.stop();
    const attendedUntil = presence.absentSince() ?? clock.now();
    presence.settle();
    deps.onLost(attendedUntil);
    audience.end(code);
  }

  /** A clock that was set back must not reorder the interview. */
  function instant(): number {
    return Math.max(clock.now(), writtenAt);
  }

  /** Write a step, and only then let it be known and let its effects start. False = it lost the actor. */
  async function commit(step: Step, event: StoredEvent, by: Cause, command?: { id: string }): Promise<boolean> {
    const unsealed = {
      seq: standing.seq + 1,
      at: event.at ?? instant(),
      epoch,
      by,
      event,
      facts: step.facts,
      state: statePathOf(step.snapshot),
      ...(command ? { command: { id: command.id, digest: digestOf(command) } } : {}),
      versions: versionsNow,
    };
    const record = sealRecord(unsealed, { previousHash: headHash, salt: deps.newSalt() });
    const next = advance(standing, step, record);
    const isSnapshotDue = record.seq - snapshotSeq >= limits.snapshotEvery;
    const isAppended = await append({
      interviewId: id,
      epoch,
      record,
      previousHash: headHash,
      state: stateOf(next.snapshot),
      wakeAt: wakeAtOf(next.effects, record.at),
      ...(isSnapshotDue ? { snapshot: writeSnapshot(next) } : {}),
    });
    if (!isAppended) return false;
    const before = standing;
    standing = next;
    headHash = record.hash;
    writtenAt = record.at;
    usedAt = clock.now();
    if (isSnapshotDue) snapshotSeq = record.seq;
    if (record.command) commandsById.set(record.command.id, { ...record.command, seq: record.seq });
    if (story) story = addToStory(story, published, record);
    running.stop(step.stopped);
    // What was committed is told before the effects begin: an evaluator that computes must not delay the answer's ack.
    audience.publish(record.seq, record, !isAnnotation(record.event));
    for (const effect of step.started) running.start(effect);
    reminder.watch(standing.effects);
    if (stateOf(next.snapshot) === 'EVALUATING' && stateOf(before.snapshot) !== 'EVALUATING')
      audience.notice('evaluating', record.at);
    return true;
  }

  async function append(entry: Append): Promise<boolean> {
    try {
      const appended = await journal.append(entry);
      if (appended.ok) return true;
      log.warn({ interviewId: id, epoch, reason: appended.reason }, 'another writer has this interview');
      await loseToOther();
    } catch (error) {
      log.error({ err: error, interviewId: id }, 'the journal did not take a record');
      lose('STORE_UNAVAILABLE');
    }
    return false;
  }

  /** Somebody else writes it: those who are connected are told why, as far as that is known. */
  async function loseToOther(): Promise<void> {
    const glances = (await journal.shared?.glance([id]).catch(() => [])) ?? [];
    for (const glance of glances) see(glance);
    if (!isLost) lose((await isErased()) ? 'INTERVIEW_ERASED' : 'RESTARTING');
  }

  function see(glance: Glance): void {
    if (glance.epoch <= epoch || isLost) return;
    // The newest connection of the candidate wins, at whatever node; the older one must not come back to win it again.
    if (glance.heldFor === 'candidate' && !glance.isErased) {
      isSuperseded = true;
      audience.supersede(clock.now());
      lose('TRY_LATER');
    } else lose(glance.isErased ? 'INTERVIEW_ERASED' : 'RESTARTING');
  }

  /** An erasure fences the writer, too: whoever is connected is told that it is for good. */
  async function isErased(): Promise<boolean> {
    const head = await readHead(journal, id).catch(() => null);
    return head !== null && head.erasedAt !== null;
  }

  /** Apply what happens by itself: a result of one of the machine's own actors, or what the host has noticed. */
  async function apply(event: ResultEvent | InterviewEvent): Promise<void> {
    const dated = { ...event, at: Math.max(event.at, writtenAt) };
    let step: Step | null;
    try {
      step = reduce(standing.snapshot, dated);
    } catch (error) {
      log.error({ err: error, interviewId: id, event: event.type }, 'the machine failed on a result');
      return;
    }
    if (step) await commit(step, { ...dated }, 'service');
  }

  async function handle(command: Command, by: Role): Promise<DispatchResult> {
    await catchUp(course);
    if (by !== 'candidate') await noteAbsence(course);
    await applyDueDeadlines(course);
    if (isLost) return { ok: false, problem: unavailable };
    const known = findKnown(command);
    if (known) return known;
    const event: InterviewEvent = toEvent(command, instant());
    const step = reduceCommand(event);
    if (step === 'defect')
      return { ok: false, problem: toProblem('INTERNAL', 'this command failed; the interview is unchanged') };
    if (!step) return { ok: false, problem: explainRefusal(command, standing.snapshot, by) };
    const tooLong = checkLength(command, limits.answerCharsMax);
    if (tooLong) return { ok: false, problem: tooLong };
    const isCommitted = await commit(step, event, by, command);
    return isCommitted ? { ok: true, seq: standing.seq, duplicate: false } : { ok: false, problem: unavailable };
  }

  /** What became of the same ask before. */
  function findKnown(command: { id: string }): DispatchResult | null {
    const known = commandsById.get(command.id);
    if (!known) return null;
    if (known.digest === digestOf(command)) return { ok: true, seq: known.seq, duplicate: true };
    return { ok: false, problem: toProblem('COMMAND_ID_REUSED', 'give each command its own id') };
  }

  async function add(id: string, annotation: Undated, by: Role): Promise<DispatchResult> {
    await catchUp(course);
    // Else the record of it would be dated after this one.
    await noteAbsence(course);
    if (isLost) return { ok: false, problem: unavailable };
    const command = { ...annotation, id };
    const known = findKnown(command);
    if (known) return known;
    if (annotation.type === 'review.added' && (await countReviews()) >= REVIEWS_MAX)
      return { ok: false, problem: toProblem('REVIEWS_FULL', `at most ${REVIEWS_MAX} belong to one interview`) };
    const isCommitted = await commit(stay(standing), { ...annotation, at: instant() }, by, command);
    return isCommitted ? { ok: true, seq: standing.seq, duplicate: false } : { ok: false, problem: unavailable };
  }

  async function countReviews(): Promise<number> {
    await needStory('reviewer');
    const count = story?.transcript.reviews?.length ?? 0;
    dropStory();
    return count;
  }

  function reduceCommand(event: InterviewEvent): Step | null | 'defect' {
    try {
      return reduce(standing.snapshot, event);
    } catch (error) {
      log.error({ err: error, interviewId: id, event: event.type }, 'the machine failed on a command');
      return 'defect';
    }
  }

  /** Reviewers see the whole story; it is read when the first of them comes and dropped with the last. */
  async function needStory(role: Role): Promise<void> {
    if (role === 'candidate' || story) return;
    const records = (await journal.load(id))?.records ?? [];
    story = foldStory(
      published,
      records.filter((record) => record.seq <= standing.seq),
    );
  }

  function dropStory(): void {
    if (!audience.hasWatchers()) story = null;
  }

  /** Run a job in the mailbox and wait for its value. */
  function inTurn<Value>(job: () => Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      mailbox.push(() => job().then(resolve, reject));
    });
  }

  /** Do what somebody asks in its turn, if the mailbox takes it. Never rejects. */
  function offer(job: () => Promise<DispatchResult>): Promise<DispatchResult> {
    if (isStopping) return Promise.resolve({ ok: false, problem: stopping });
    return new Promise((resolve) => {
      const isTaken = mailbox.offer(async () => {
        const result = await job().catch((error: unknown) => {
          log.error({ err: error, interviewId: id }, 'a command failed');
          lose('INTERNAL');
          return { ok: false as const, problem: unavailable };
        });
        resolve(result);
      });
      if (isTaken) return;
      const detail = `at most ${limits.mailboxMax} commands may wait for one interview; send it again`;
      resolve({ ok: false, problem: toProblem('MAILBOX_FULL', detail) });
    });
  }

  function currentView(role: Role): View {
    return viewFor(role, {
      published,
      meta,
      snapshot: standing.snapshot,
      working: standing.working,
      transcript: toTranscript(story?.transcript ?? emptyTranscript),
      timeLedger: readLedger(story?.ledger ?? emptyLedger, clock.now()),
      answerCharsMax: limits.answerCharsMax,
      isCandidateConnected: audience.isCandidateConnected(),
      now: clock.now(),
    });
  }

  for (const effect of standing.effects) running.start(effect);
  reminder.watch(standing.effects);

  return {
    id,
    epoch,
    get seq() {
      return standing.seq;
    },
    get usedAt() {
      return usedAt;
    },
    see,
    get isWatched() {
      return audience.size() > 0;
    },
    get isCandidateConnected() {
      return audience.isCandidateConnected();
    },
    get wakeAt() {
      return wakeAtOf(standing.effects, clock.now());
    },
    get isIdle() {
      if (!mailbox.isIdle() || audience.size() > 0) return false;
      const now = clock.now();
      return (wakeAtOf(standing.effects, now) ?? Number.POSITIVE_INFINITY) > now;
    },
    catchUp() {
      mailbox.push(() => catchUp(course));
    },
    touch() {
      usedAt = clock.now();
    },
    dispatch: (command, by) => offer(() => handle(command, by)),
    annotate: (commandId, annotation, by) => offer(() => add(commandId, annotation, by)),
    attach(subscriber) {
      return inTurn(async () => {
        await needStory(subscriber.role);
        usedAt = clock.now();
        if (subscriber.role === 'candidate') await arrive(course);
        audience.join(subscriber, usedAt);
        // An older connection may have gone while this one arrived.
        if (subscriber.role === 'candidate') presence.settle();
        if (isSuperseded) audience.supersede(usedAt);
        if (isLost || isStopping) audience.end(lateCode);
        else if (subscriber.role === 'candidate') audience.publish(standing.seq, null);
        return { seq: standing.seq, newsSeq: standing.newsSeq, view: currentView(subscriber.role) };
      });
    },
    detach(subscriberId) {
      const wasConnected = audience.isCandidateConnected();
      if (!audience.leave(subscriberId)) return;
      usedAt = clock.now();
      if (wasConnected && !audience.isCandidateConnected() && !isLost) presence.leave(usedAt);
      dropStory();
      audience.publish(standing.seq, null);
    },
    read(role) {
      return inTurn(async () => {
        await needStory(role);
        const view = currentView(role);
        dropStory();
        return view;
      });
    },
    async stop(code) {
      isStopping = true;
      lateCode = code;
      // In its turn: the result of an effect may come meanwhile.
      mailbox.push(() => noteAbsence(course));
      await mailbox.idle();
      if (isLost) return;
      isLost = true;
      running.stopAll();
      reminder.stop();
      presence.settle();
      const isSnapshotStale = standing.seq > snapshotSeq;
      try {
        await journal.release(id, epoch, isSnapshotStale ? writeSnapshot(standing) : undefined);
      } finally {
        audience.end(code);
      }
    },
  };
}
