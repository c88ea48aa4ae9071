import type { InterviewEvent } from '../machines/interview.ts';
import type { Actor, DispatchResult, Joined, Log, Undated } from './actor.ts';
import { isAnnotation, REVIEWS_MAX } from './annotations.ts';
import { type Audience, createAudience, type Stage, type Subscriber } from './audience.ts';
import { applyDueDeadlines, arrive, type Course, catchUp, noteAbsence } from './catchup.ts';
import type { Clock } from './clock.ts';
import { checkLength, digestOf, explainRefusal, toEvent } from './commands.ts';
import type { Downtime } from './downtime.ts';
import { createLogics, type EffectDeps, type Logics } from './effects.ts';
import { type ErrorCode, type Problem, toProblem } from './errors.ts';
import { sealRecord } from './journal/chain.ts';
import { readHead } from './journal/head.ts';
import type { Append, Cause, Claimed, Glance, InterviewMeta, Journal, StoredEvent } from './journal/journal.ts';
import { versionsNow } from './journal/versions.ts';
import { createMailbox, type Mailbox, type MailboxOwner } from './mailbox.ts';
import type { PublishedPlan } from './plans/schema.ts';
import { createPresence, type Missing, type Presence } from './presence.ts';
import type { Command, Role, View } from './protocol.ts';
import { type ResultEvent, reduce, type Step, stateOf, statePathOf, wakeAtOf } from './reduce.ts';
import { createReminder, type Reminded, type Reminder } from './reminder.ts';
import { requestFor } from './request.ts';
import { advance, type Standing, stay, writeSnapshot } from './restore.ts';
import { createRetelling, type Retelling } from './retelling.ts';
import { createRunning, type Run, type Runner, type Running } from './running.ts';
import { viewFor } from './view.ts';

/** What all interviews of a process share. */
export interface ActorDeps {
  journal: Journal;
  clock: Clock;
  log: Log;
  evaluator: EffectDeps['evaluator'];
  fallback: EffectDeps['fallback'];
  /** At random; keeps the commitments to what people write from being guessed. */
  newSalt(): string;
  downtime: Pick<Downtime, 'after'>;
  limits: { mailboxMax: number; answerCharsMax: number; snapshotEvery: number };
  /**
   * An actor can no longer be sure of its state: drop it; the next one restores from the journal. Until
   * `attendedUntil` the candidate was there, or a record tells where they were.
   */
  onLost(actor: Actor, attendedUntil: number): void;
}

/** An interview that has been claimed and restored. */
export interface Revived {
  claimed: Claimed;
  standing: Standing;
  published: PublishedPlan;
  /** Whoever was connected to it is gone since then. */
  unattendedSince: number;
}

const unavailable: Problem = toProblem(
  'STORE_UNAVAILABLE',
  'it is not known whether this was stored; send it again with the same id',
);

const stopping: Problem = toProblem('RESTARTING', 'this was not stored; send it again with the same id in a moment');

class InterviewActor implements Actor, Course, MailboxOwner, Missing, Reminded, Runner, Stage {
  readonly id: string;
  readonly epoch: number;
  readonly downtime: Course['downtime'];
  readonly presence: Presence;
  /** When something last happened, or somebody asked for it. */
  usedAt: number;
  readonly #deps: ActorDeps;
  readonly #published: PublishedPlan;
  readonly #meta: InterviewMeta;
  readonly #mailbox: Mailbox;
  readonly #audience: Audience;
  readonly #reminder: Reminder;
  readonly #running: Running;
  readonly #retelling: Retelling;
  readonly #commandsById: Map<string, { digest: string; seq: number }>;
  #standing: Standing;
  #headHash: string;
  #snapshotSeq: number;
  /** The instant of the newest record: none is older than the one before it. */
  #writtenAt: number;
  #isStopping = false;
  /** What whoever comes too late is told. */
  #lateCode: ErrorCode = 'RESTARTING';
  #isLost = false;
  /** A newer connection of the candidate is at another node. */
  #isSuperseded = false;

  constructor(deps: ActorDeps, { claimed, standing, published, unattendedSince }: Revived) {
    const { clock, limits, journal } = deps;
    const { head } = claimed;
    this.id = head.id;
    this.epoch = head.epoch;
    this.downtime = deps.downtime;
    this.usedAt = clock.now();
    this.#deps = deps;
    this.#published = published;
    this.#meta = head.meta;
    this.#commandsById = new Map(claimed.commands.map(({ id, digest, seq }) => [id, { digest, seq }]));
    this.#standing = standing;
    this.#headHash = head.hash;
    this.#snapshotSeq = claimed.snapshot?.seq ?? 0;
    this.#writtenAt = head.updatedAt;
    this.#mailbox = createMailbox(limits.mailboxMax, this);
    this.#audience = createAudience(this);
    this.#retelling = createRetelling(journal, published, head.id);
    this.presence = createPresence(clock, this, Math.max(unattendedSince, standing.snapshot.context.at));
    this.#reminder = createReminder(clock, this);
    this.#running = createRunning(clock, this);
  }

  /** Its active effects start. */
  start(): void {
    for (const effect of this.#standing.effects) this.#running.start(effect);
    this.#reminder.watch(this.#standing.effects);
  }

  get seq(): number {
    return this.#standing.seq;
  }

  get isWatched(): boolean {
    return this.#audience.size() > 0;
  }

  get isCandidateConnected(): boolean {
    return this.#audience.isCandidateConnected();
  }

  get wakeAt(): number | null {
    return wakeAtOf(this.#standing.effects, this.#deps.clock.now());
  }

  get isIdle(): boolean {
    if (!this.#mailbox.isIdle() || this.#audience.size() > 0) return false;
    const now = this.#deps.clock.now();
    return (wakeAtOf(this.#standing.effects, now) ?? Number.POSITIVE_INFINITY) > now;
  }

  standing(): Standing {
    return this.#standing;
  }

  isLost(): boolean {
    return this.#isLost;
  }

  /** A clock that was set back must not reorder the interview. */
  instant(): number {
    return Math.max(this.#deps.clock.now(), this.#writtenAt);
  }

  makeLogics(): Logics {
    const { clock, evaluator, fallback } = this.#deps;
    return createLogics({
      clock,
      evaluator,
      fallback,
      requestOf: ({ questionId }) => {
        const question = this.#published.plan.questions.find((candidate) => candidate.id === questionId);
        if (!question) throw new Error(`question ${questionId} is not in the plan`);
        const { working, snapshot } = this.#standing;
        return requestFor(question, working.answers, snapshot.context.askedPointIds);
      },
      tokensSpent: () => this.#standing.working.tokensSpent,
      timeLeftMs: () => (this.#standing.snapshot.context.evaluationDueAt ?? clock.now()) - clock.now(),
    });
  }

  onResult(event: ResultEvent, run: Run, error: unknown): void {
    if (error !== undefined) this.#logError(error, 'an effect is defective', { effect: event.actorId });
    this.#mailbox.push(async () => {
      await catchUp(this);
      if (!run.isStopped) await noteAbsence(this);
      if (!run.isStopped && !this.#isLost) await this.apply(event);
    });
  }

  onMissed(): void {
    this.catchUp();
  }

  onDeadlineSoon(at: number): void {
    this.#audience.notice('deadline-soon', at);
  }

  onDefect(error: unknown): void {
    this.#logError(error, 'a job of the interview failed');
    this.#lose('INTERNAL');
  }

  #logError(error: unknown, message: string, details: object = {}): void {
    this.#deps.log.error({ err: error, interviewId: this.id, ...details }, message);
  }

  /** One recovery path: forget everything; whoever opens the interview next restores it from the journal. */
  #lose(code: ErrorCode): void {
    if (this.#isLost) return;
    this.#isLost = true;
    // Who arrives just now has lost nothing yet, and finds the interview where it is.
    this.#lateCode = code === 'RESTARTING' ? 'TRY_LATER' : code;
    this.#running.stopAll();
    this.#reminder.stop();
    const attendedUntil = this.presence.absentSince() ?? this.#deps.clock.now();
    this.presence.settle();
    this.#deps.onLost(this, attendedUntil);
    this.#audience.end(code);
  }

  /** Write a step, and only then let it be known and let its effects start. False = it lost the actor. */
  async #commit(step: Step, event: StoredEvent, by: Cause, command?: { id: string }): Promise<boolean> {
    const before = this.#standing;
    const unsealed = {
      seq: before.seq + 1,
      at: event.at ?? this.instant(),
      epoch: this.epoch,
      by,
      event,
      facts: step.facts,
      state: statePathOf(step.snapshot),
      ...(command ? { command: { id: command.id, digest: digestOf(command) } } : {}),
      versions: versionsNow,
    };
    const record = sealRecord(unsealed, { previousHash: this.#headHash, salt: this.#deps.newSalt() });
    const next = advance(before, step, record);
    const isSnapshotDue = record.seq - this.#snapshotSeq >= this.#deps.limits.snapshotEvery;
    const state = stateOf(next.snapshot);
    const isAppended = await this.#append({
      interviewId: this.id,
      epoch: this.epoch,
      record,
      previousHash: this.#headHash,
      state,
      wakeAt: wakeAtOf(next.effects, record.at),
      ...(isSnapshotDue ? { snapshot: writeSnapshot(next) } : {}),
    });
    if (!isAppended) return false;
    this.#standing = next;
    this.#headHash = record.hash;
    this.#writtenAt = record.at;
    this.usedAt = this.#deps.clock.now();
    if (isSnapshotDue) this.#snapshotSeq = record.seq;
    if (record.command) this.#commandsById.set(record.command.id, { digest: record.command.digest, seq: record.seq });
    this.#retelling.add(record);
    this.#running.stop(step.stopped);
    // What was committed is told before the effects begin: an evaluator that computes must not delay the answer's ack.
    const isEvaluating = state === 'EVALUATING' && stateOf(before.snapshot) !== 'EVALUATING';
    this.#audience.publish(record.seq, record, { isForCandidates: !isAnnotation(record.event), isEvaluating });
    for (const effect of step.started) this.#running.start(effect);
    this.#reminder.watch(next.effects);
    return true;
  }

  async #append(entry: Append): Promise<boolean> {
    const { journal, log } = this.#deps;
    try {
      const appended = await journal.append(entry);
      if (appended.ok) return true;
      const { id, epoch } = this;
      log.warn({ interviewId: id, epoch, reason: appended.reason }, 'another writer has this interview');
      await this.#loseToOther();
    } catch (error) {
      this.#logError(error, 'the journal did not take a record');
      this.#lose('STORE_UNAVAILABLE');
    }
    return false;
  }

  /** Somebody else writes it: those who are connected are told why, as far as that is known. */
  async #loseToOther(): Promise<void> {
    const glances = (await this.#deps.journal.shared?.glance([this.id]).catch(() => [])) ?? [];
    for (const glance of glances) this.see(glance);
    if (!this.#isLost) this.#lose((await this.#isErased()) ? 'INTERVIEW_ERASED' : 'RESTARTING');
  }

  see(glance: Glance): void {
    if (glance.epoch <= this.epoch || this.#isLost) return;
    // The newest connection of the candidate wins, at whatever node; the older one must not come back to win it again.
    if (glance.heldFor === 'candidate' && !glance.isErased) {
      this.#isSuperseded = true;
      this.#audience.supersede(this.#deps.clock.now());
      this.#lose('TRY_LATER');
    } else this.#lose(glance.isErased ? 'INTERVIEW_ERASED' : 'RESTARTING');
  }

  /** An erasure fences the writer, too: whoever is connected is told that it is for good. */
  async #isErased(): Promise<boolean> {
    const head = await readHead(this.#deps.journal, this.id).catch(() => null);
    return head !== null && head.erasedAt !== null;
  }

  /** Apply what happens by itself: a result of one of the machine's own actors, or what the host has noticed. */
  async apply(event: ResultEvent | InterviewEvent): Promise<void> {
    const dated = { ...event, at: Math.max(event.at, this.#writtenAt) };
    let step: Step | null;
    try {
      step = reduce(this.#standing.snapshot, dated);
    } catch (error) {
      this.#logError(error, 'the machine failed on a result', { event: event.type });
      return;
    }
    if (step) await this.#commit(step, { ...dated }, 'service');
  }

  async #handle(command: Command, by: Role): Promise<DispatchResult> {
    await catchUp(this);
    if (by !== 'candidate') await noteAbsence(this);
    await applyDueDeadlines(this);
    if (this.#isLost) return { ok: false, problem: unavailable };
    const known = this.#findKnown(command);
    if (known) return known;
    const event: InterviewEvent = toEvent(command, this.instant());
    const step = this.#reduceCommand(event);
    if (step === 'defect')
      return { ok: false, problem: toProblem('INTERNAL', 'this command failed; the interview is unchanged') };
    if (!step) return { ok: false, problem: explainRefusal(command, this.#standing.snapshot, by) };
    const tooLong = checkLength(command, this.#deps.limits.answerCharsMax);
    if (tooLong) return { ok: false, problem: tooLong };
    return this.#toResult(await this.#commit(step, event, by, command));
  }

  #toResult(isCommitted: boolean): DispatchResult {
    return isCommitted ? { ok: true, seq: this.seq, duplicate: false } : { ok: false, problem: unavailable };
  }

  /** What became of the same ask before. */
  #findKnown(command: { id: string }): DispatchResult | null {
    const known = this.#commandsById.get(command.id);
    if (!known) return null;
    if (known.digest === digestOf(command)) return { ok: true, seq: known.seq, duplicate: true };
    return { ok: false, problem: toProblem('COMMAND_ID_REUSED', 'give each command its own id') };
  }

  async #add(id: string, annotation: Undated, by: Role): Promise<DispatchResult> {
    await catchUp(this);
    // Else the record of it would be dated after this one.
    await noteAbsence(this);
    if (this.#isLost) return { ok: false, problem: unavailable };
    const command = { ...annotation, id };
    const known = this.#findKnown(command);
    if (known) return known;
    if (annotation.type === 'review.added' && (await this.#countReviews()) >= REVIEWS_MAX)
      return { ok: false, problem: toProblem('REVIEWS_FULL', `at most ${REVIEWS_MAX} belong to one interview`) };
    const event = { ...annotation, at: this.instant() };
    return this.#toResult(await this.#commit(stay(this.#standing), event, by, command));
  }

  async #countReviews(): Promise<number> {
    await this.#retelling.need(this.seq);
    const count = this.#retelling.transcript().reviews?.length ?? 0;
    this.#dropStory();
    return count;
  }

  #reduceCommand(event: InterviewEvent): Step | null | 'defect' {
    try {
      return reduce(this.#standing.snapshot, event);
    } catch (error) {
      this.#logError(error, 'the machine failed on a command', { event: event.type });
      return 'defect';
    }
  }

  /** Reviewers see the whole story; it is read when the first of them comes and dropped with the last. */
  async #needStory(role: Role): Promise<void> {
    if (role !== 'candidate') await this.#retelling.need(this.seq);
  }

  #dropStory(): void {
    if (!this.#audience.hasWatchers()) this.#retelling.drop();
  }

  /** Run a job in the mailbox and wait for its value. */
  #inTurn<Value>(job: () => Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#mailbox.push(() => job().then(resolve, reject));
    });
  }

  /** Do what somebody asks in its turn, if the mailbox takes it. Never rejects. */
  #offer(job: () => Promise<DispatchResult>): Promise<DispatchResult> {
    if (this.#isStopping) return Promise.resolve({ ok: false, problem: stopping });
    return new Promise((resolve) => {
      const isTaken = this.#mailbox.offer(async () => {
        const result = await job().catch((error: unknown) => {
          this.#logError(error, 'a command failed');
          this.#lose('INTERNAL');
          return { ok: false as const, problem: unavailable };
        });
        resolve(result);
      });
      if (isTaken) return;
      const detail = `at most ${this.#deps.limits.mailboxMax} commands may wait for one interview; send it again`;
      resolve({ ok: false, problem: toProblem('MAILBOX_FULL', detail) });
    });
  }

  currentView(role: Role): View {
    const now = this.#deps.clock.now();
    const { snapshot, working } = this.#standing;
    return viewFor(role, {
      published: this.#published,
      meta: this.#meta,
      snapshot,
      working,
      answerCharsMax: this.#deps.limits.answerCharsMax,
      isCandidateConnected: this.isCandidateConnected,
      now,
      transcript: () => this.#retelling.transcript(),
      timeLedger: () => this.#retelling.ledger(now),
    });
  }

  catchUp(): void {
    this.#mailbox.push(() => catchUp(this));
  }

  touch(): void {
    this.usedAt = this.#deps.clock.now();
  }

  dispatch(command: Command, by: Role): Promise<DispatchResult> {
    return this.#offer(() => this.#handle(command, by));
  }

  annotate(id: string, annotation: Undated, by: Role): Promise<DispatchResult> {
    return this.#offer(() => this.#add(id, annotation, by));
  }

  attach(subscriber: Subscriber): Promise<Joined> {
    return this.#inTurn(async () => {
      await this.#needStory(subscriber.role);
      this.touch();
      if (subscriber.role === 'candidate') await arrive(this);
      this.#audience.join(subscriber, this.usedAt);
      // An older connection may have gone while this one arrived.
      if (subscriber.role === 'candidate') this.presence.settle();
      if (this.#isSuperseded) this.#audience.supersede(this.usedAt);
      if (this.#isLost || this.#isStopping) this.#audience.end(this.#lateCode);
      else if (subscriber.role === 'candidate') this.#audience.publish(this.seq, null);
      return { seq: this.seq, newsSeq: this.#standing.newsSeq, view: this.currentView(subscriber.role) };
    });
  }

  detach(subscriberId: string): void {
    const wasConnected = this.isCandidateConnected;
    if (!this.#audience.leave(subscriberId)) return;
    this.touch();
    if (wasConnected && !this.isCandidateConnected && !this.#isLost) this.presence.leave(this.usedAt);
    this.#dropStory();
    this.#audience.publish(this.seq, null);
  }

  read(role: Role): Promise<View> {
    return this.#inTurn(async () => {
      await this.#needStory(role);
      const view = this.currentView(role);
      this.#dropStory();
      return view;
    });
  }

  async stop(code: ErrorCode): Promise<void> {
    this.#isStopping = true;
    this.#lateCode = code;
    // In its turn: the result of an effect may come meanwhile.
    this.#mailbox.push(() => noteAbsence(this));
    await this.#mailbox.idle();
    if (this.#isLost) return;
    this.#isLost = true;
    this.#running.stopAll();
    this.#reminder.stop();
    this.presence.settle();
    const isSnapshotStale = this.seq > this.#snapshotSeq;
    try {
      const snapshot = isSnapshotStale ? writeSnapshot(this.#standing) : undefined;
      await this.#deps.journal.release(this.id, this.epoch, snapshot);
    } finally {
      this.#audience.end(code);
    }
  }
}

/** Bring a claimed and restored interview to life; its active effects start at once. */
export function createInterviewActor(deps: ActorDeps, revived: Revived): Actor {
  const actor = new InterviewActor(deps, revived);
  actor.start();
  return actor;
}
