import type { JournalRecord } from '../../src/journal/journal.ts';
import { outlinePlan } from '../../src/plans/outline.ts';
import { addToLedger, emptyLedger, readLedger } from '../../src/report/ledger.ts';
import { type Accommodations, type Position, stateAt, walkRecords } from './chaos.ledger.ts';
import { plan } from './chaos.plan.ts';
import type { Ask, Hearsay, Told } from './chaos.tab.ts';

// The referee: what clients were told against what the journal holds. Problems are sentences; none = sound.

/** Refusals after which it is certain that nothing was stored. */
const certainRefusals = new Set([
  'NOT_ACCEPTED',
  'STALE_PROMPT',
  'ANSWER_BLANK',
  'ANSWER_TOO_LONG',
  'COMMAND_ID_REUSED',
  'MAILBOX_FULL',
  'FORBIDDEN',
  'RESTARTING',
]);

/** Members of an event that come from a command; everything else in a frame is the client's own business. */
const contentKeys = ['type', 'promptId', 'text', 'consent', 'byMs', 'reason'];

function isSame(event: Record<string, unknown>, content: Record<string, unknown>): boolean {
  const { at: _server, ...stored } = event;
  const sent = Object.fromEntries(Object.entries(content).filter(([key]) => contentKeys.includes(key)));
  const sorted = (found: object) => JSON.stringify(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(stored) === sorted(sent);
}

function judgeAsk(ask: Ask, stored: JournalRecord[], note: (problem: string) => void): void {
  const [record] = stored;
  const answers = ask.acks.length + ask.refusals.length;
  if (stored.length > 1) note(`applied ${stored.length} times`);
  if (answers + ask.lost !== ask.attempts) note(`${ask.attempts} sent, ${answers} answered, ${ask.lost} lost`);
  if (ask.acks.filter(({ duplicate }) => !duplicate).length > 1) note('acknowledged as new twice');
  if (ask.refusals.includes('INTERNAL')) note('INTERNAL');
  for (const ack of ask.acks) {
    if (ack.seq !== record?.seq) note(`acknowledged at ${ack.seq}, stored at ${record?.seq}`);
    if (record && ack.at < record.at) note('acknowledged before its instant');
    if (record && !isSame(record.event, ack.content)) note('acknowledged, though something else is stored');
  }
  if (!record) {
    if (ask.refusals.includes('COMMAND_ID_REUSED')) note('its id is said to be used, but is not stored');
    return;
  }
  if (ask.isBarred) note('stored, but must never be');
  if (record.by !== ask.role) note(`stored as from ${record.by}`);
  if (record.at < ask.firstSentAt) note(`stored ${ask.firstSentAt - record.at} ms before it was sent`);
  if (!ask.contents.some((content) => isSame(record.event, content))) note(`stored as something else`);
  const isCertainlyRefused = ask.lost === 0 && ask.refusals.every((code) => certainRefusals.has(code));
  if (ask.acks.length === 0 && isCertainlyRefused) note(`refused with ${ask.refusals}, and stored`);
}

function judgeEvaluations(
  id: string,
  records: readonly JournalRecord[],
  valid: ReadonlySet<string>,
  note: (problem: string) => void,
): void {
  const applied = new Set<string>();
  let expected = '';
  for (const { seq, event, facts } of records) {
    const output = event.output as { evaluation?: { evaluator: { version: string } } } | undefined;
    const version = output?.evaluation?.evaluator.version;
    if (version !== undefined) {
      if (version !== expected) note(`record ${seq}: the evaluation ${version} where ${expected} was asked for`);
      if (!valid.has(version)) note(`record ${seq}: the evaluation ${version} came too late`);
      if (applied.has(version)) note(`record ${seq}: the evaluation ${version} is applied twice`);
      applied.add(version);
    }
    for (const fact of facts) {
      if (fact.type === 'evaluation.started') expected = `${id}/${fact.answerId}/${fact.attempt}`;
      if (fact.type === 'evaluation.degraded') expected = `${id}/${fact.answerId}/fallback`;
    }
  }
}

function judgeTold({ seq, view }: Told, at: Position | undefined, note: (problem: string) => void): void {
  if (!at) {
    note(`${view.role} was told of ${seq}, which is not in the journal`);
    return;
  }
  const told = [view.state, view.prompt?.id ?? null, view.paused];
  const held = [stateAt(at), at.promptId, at.phase === 'PAUSED'];
  if (JSON.stringify(told) !== JSON.stringify(held)) note(`${view.role} was told ${told} at ${seq}; it is ${held}`);
  const deadlineAt = at.phase === 'ASKED' ? at.dueAt : null;
  if (view.prompt && (view.prompt.deadlineAt ?? null) !== deadlineAt)
    note(`the deadline at ${seq} is ${deadlineAt}, ${view.role} was told ${view.prompt.deadlineAt}`);
  if (at.phase === 'PAUSED' && view.pauseEndsAt !== at.dueAt)
    note(`the pause at ${seq} ends ${at.dueAt}, ${view.role} was told ${view.pauseEndsAt}`);
  if (view.role === 'candidate' && (view.prompt?.draft ?? '') !== at.draft)
    note(`the candidate was shown another draft at ${seq}`);
}

/** Judge one interview: every problem with it, and where it stands. */
export function judgeInterview(
  heard: Hearsay,
  records: readonly JournalRecord[],
  accommodations: Accommodations,
  valid: ReadonlySet<string>,
): { problems: string[]; positions: Position[] } {
  const problems = [...heard.problems];
  const note = (problem: string) => void problems.push(problem);
  const positions = walkRecords(records, accommodations, note);
  for (const ask of heard.asks.values()) {
    const stored = records.filter(({ command }) => command?.id === ask.id);
    const types = [...new Set(ask.contents.map(({ type }) => type))].join('/');
    judgeAsk(ask, stored, (problem) => note(`${types} ${ask.id.slice(0, 8)}: ${problem}`));
  }
  for (const { seq, command } of records)
    if (command && !heard.asks.has(command.id)) note(`record ${seq}: nobody sent this command`);
  judgeEvaluations(heard.id, records, valid, note);
  judgeLedger(records, note);
  for (const told of heard.told) judgeTold(told, positions[told.seq - 1], note);
  return { problems, positions };
}

/** Whatever happened, every millisecond since the start is on one account. */
function judgeLedger(records: readonly JournalRecord[], note: (problem: string) => void): void {
  const outline = outlinePlan(plan, '');
  const open = records.reduce((ledger, record) => addToLedger(ledger, outline, record), emptyLedger);
  const instantOf = (type: string) => records.find(({ facts }) => facts.some((fact) => fact.type === type))?.at;
  const startedAt = instantOf('interview.started');
  const endedAt = instantOf('interview.completed') ?? records.at(-1)?.at ?? 0;
  const { totalMs, ...accounts } = readLedger(open, endedAt);
  const sum = Object.values(accounts).reduce((total, ms) => total + ms, 0);
  const wallMs = startedAt === undefined ? 0 : endedAt - startedAt;
  if (sum !== totalMs || totalMs !== wallMs) note(`the ledger has ${sum} of ${totalMs} ms, and ${wallMs} ms passed`);
}

/** That a connection was away: a crash ends those of everybody. */
const presence = /^(candidate\.(left|joined)|xstate\.done\.actor\.away)$/;

/**
 * What an interview did, without what differs between two that do the same: instants, ids, who wrote it when, and
 * whether the candidate was connected meanwhile.
 */
export function storyOf(records: readonly JournalRecord[]): unknown {
  const moving = /^(at|until|version|\w+At)$/;
  const told = records
    .filter(({ event }) => !presence.test(event.type))
    .map(({ by, event, facts, state }) => ({ by, event, facts, state: state.replace('.AWAY', '.ANSWERING') }));
  return JSON.parse(JSON.stringify(told, (key, value) => (moving.test(key) ? undefined : value)));
}
