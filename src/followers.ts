import type { Actor, DispatchResult, Joined, Log } from './actor.ts';
import { createAudience, type Subscriber } from './audience.ts';
import type { Clock } from './clock.ts';
import { type ErrorCode, VivaError } from './errors.ts';
import { assertNotErased } from './journal/head.ts';
import type { Glance, InterviewHead, Journal, JournalRecord } from './journal/journal.ts';
import { assertKnown } from './journal/versions.ts';
import type { Order } from './orders.ts';
import { toOutline } from './plans/outline.ts';
import type { PublishedPlan } from './plans/schema.ts';
import type { Command, Role, View } from './protocol.ts';
import { readLedger } from './report/ledger.ts';
import { addToStory, foldStory } from './report/story.ts';
import { toTranscript } from './report/transcript.ts';
import { replay } from './restore.ts';
import { viewFor } from './view.ts';

/** What a connection talks to: a live interview, or one that another node runs. */
export type Watched = Pick<Actor, 'epoch' | 'attach' | 'detach' | 'dispatch'>;

/** An interview as its journal tells it, for those who watch it where it does not run. */
interface Follower extends Watched {
  readonly id: string;
  readonly isWatched: boolean;
  /** Tell what was committed since. Errors: STORE_UNAVAILABLE, VERSION_PARKED, INTERNAL. */
  see(glance: Glance): Promise<void>;
  end(code: ErrorCode): void;
}

interface FollowerDeps {
  journal: Pick<Journal, 'load' | 'shared'>;
  clock: Clock;
  published: PublishedPlan;
  answerCharsMax: number;
  /** Have it done where the interview runs. */
  order(id: string, order: Order): Promise<DispatchResult>;
}

function createFollower(
  { journal, clock, published, answerCharsMax, order }: FollowerDeps,
  loaded: { head: InterviewHead; records: JournalRecord[] },
): Follower {
  const outline = toOutline(published);
  let { head } = loaded;
  const { id, meta } = head;
  let standing = replay(id, outline, loaded.records);
  let story = foldStory(published, loaded.records);
  let heldFor: Glance['heldFor'] = null;
  const audience = createAudience({ currentView });
  let arrivingCount = 0;

  function currentView(role: Role): View {
    return viewFor(role, {
      published,
      meta,
      snapshot: standing.snapshot,
      working: standing.working,
      transcript: () => toTranscript(story.transcript),
      timeLedger: () => readLedger(story.ledger, clock.now()),
      answerCharsMax,
      // The nearest that is known here: who runs it does so for the candidate, who has not been missed.
      isCandidateConnected: heldFor === 'candidate' && !standing.snapshot.context.isAway,
      now: clock.now(),
    });
  }

  async function readOn(): Promise<void> {
    const more = await journal.load(id, standing.seq);
    if (!more) throw new VivaError('INTERVIEW_NOT_FOUND', 'no interview has this id');
    assertKnown(more.head);
    assertNotErased(more.head);
    head = more.head;
    for (const record of more.records.filter(({ seq }) => seq > standing.seq)) {
      standing = replay(id, outline, [record], standing);
      story = addToStory(story, published, record);
      audience.publish(record.seq, record);
    }
  }

  // One reading at a time: two would tell the same records.
  let reading: Promise<void> = Promise.resolve();
  function readOnInTurn(): Promise<void> {
    reading = reading.then(readOn, readOn);
    return reading;
  }

  return {
    id,
    end: (code) => audience.end(code),
    get epoch() {
      return head.epoch;
    },
    get isWatched() {
      return audience.size() + arrivingCount > 0;
    },
    async see(glance) {
      const isNews = heldFor !== glance.heldFor;
      heldFor = glance.heldFor;
      if (glance.isErased || glance.headSeq > standing.seq) await readOnInTurn();
      else if (isNews) audience.publish(standing.seq, null);
    },
    async attach(subscriber: Subscriber): Promise<Joined> {
      arrivingCount += 1;
      try {
        for (const glance of (await journal.shared?.glance([id])) ?? []) heldFor = glance.heldFor;
        await readOnInTurn();
        audience.join(subscriber, clock.now());
      } finally {
        arrivingCount -= 1;
      }
      return { seq: standing.seq, newsSeq: standing.newsSeq, view: currentView(subscriber.role) };
    },
    detach(subscriberId) {
      audience.leave(subscriberId);
    },
    async dispatch(command: Command, by: Role): Promise<DispatchResult> {
      // No role both watches and is the candidate.
      if (by === 'candidate') throw new VivaError('INTERNAL', 'a candidate does not watch');
      return order(id, { by, command });
    },
  };
}

/** Those who watch what does not run here. */
export interface Followers {
  /** Errors: INTERVIEW_NOT_FOUND, INTERVIEW_ERASED, VERSION_PARKED, PLAN_NOT_FOUND, STORE_UNAVAILABLE. */
  open(id: string): Promise<Watched>;
  /** Who is watched; whoever is not any more is forgotten. */
  watched(): Pick<Follower, 'id' | 'see'>[];
  /** The follower of an interview, watched or not. */
  known(id: string): Pick<Follower, 'id' | 'see'>[];
  end(code: ErrorCode): void;
}

/** Create the followers of a node. Reading along takes nothing from the node that runs an interview. */
export function createFollowers(
  deps: Omit<FollowerDeps, 'published'> & {
    findPlan(planId: string, version: number): Promise<PublishedPlan>;
    log: Log;
  },
): Followers {
  const followersById = new Map<string, Promise<Follower>>();
  const all = new Map<string, Follower>();

  async function load(id: string): Promise<Follower> {
    const loaded = await deps.journal.load(id);
    if (!loaded) throw new VivaError('INTERVIEW_NOT_FOUND', 'no interview has this id');
    const { head } = loaded;
    assertKnown(head);
    assertNotErased(head);
    const published = await deps.findPlan(head.meta.planId, head.meta.planVersion);
    const follower = createFollower({ ...deps, published }, loaded);
    all.set(id, follower);
    return follower;
  }

  function forget(follower: Follower): void {
    if (all.get(follower.id) !== follower) return;
    all.delete(follower.id);
    followersById.delete(follower.id);
  }

  /** What cannot be read on is not guessed at: those who watch are sent away, and come back to another reading. */
  function giveUp(follower: Follower, error: unknown): void {
    const code = error instanceof VivaError ? error.code : 'INTERNAL';
    if (code === 'STORE_UNAVAILABLE') return;
    if (code !== 'INTERVIEW_ERASED')
      deps.log.error({ err: error, interviewId: follower.id }, 'an interview cannot be followed');
    forget(follower);
    follower.end(code);
  }

  function patient(follower: Follower): Pick<Follower, 'id' | 'see'> {
    return {
      id: follower.id,
      see: (glance) => follower.see(glance).catch((error: unknown) => giveUp(follower, error)),
    };
  }

  return {
    async open(id) {
      const opened = followersById.get(id) ?? load(id);
      followersById.set(id, opened);
      opened.catch(() => followersById.delete(id));
      return opened;
    },
    watched() {
      const idle = [...all.values()].filter((follower) => !follower.isWatched);
      for (const follower of idle) forget(follower);
      return [...all.values()].map(patient);
    },
    known(id) {
      const follower = all.get(id);
      return follower ? [patient(follower)] : [];
    },
    end(code) {
      for (const follower of all.values()) follower.end(code);
    },
  };
}
