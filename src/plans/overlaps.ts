import { contentStems, tokenize } from '../evaluators/tokens.ts';
import type { Finding } from './problem.ts';
import type { Plan, Point, Question } from './schema.ts';

// Rubrics are matched by words, so words are what can be wrong in them: a point that the question gives away, one
// that a follow-up gives away, the same words twice.

/** Less new content than this share and a wording says nothing that the question has not said. */
const NEW_SHARE_MIN = 0.25;
/** From this share of a wording's new words on, a follow-up gives the wording away. */
const GIVEN_SHARE_MAX = 0.6;
/** One word in common is the subject, not the answer. */
const GIVEN_WORDS_MIN = 2;

/** What of a plan's wording works against its author. */
export function findWordWarnings(plan: Plan): Finding[] {
  const questions = plan.questions.map((question, index) => read(['questions', index, 'text'], question.text));
  return [
    ...findRepeats(questions).map(({ keys, first }) => ({ keys, message: `asks the same as "${first}"` })),
    ...plan.questions.flatMap((question, index) =>
      findRubricWarnings(question).map(({ keys, message }) => ({ keys: ['questions', index, ...keys], message })),
    ),
  ];
}

/** A text of the plan, its place, and the stems of its words that carry content. */
interface Wording {
  keys: PropertyKey[];
  text: string;
  words: ReadonlySet<string>;
}

function read(keys: PropertyKey[], text: string): Wording {
  return { keys, text, words: contentStems(tokenize(text)) };
}

function findRubricWarnings(question: Question): Finding[] {
  const asked = read(['text'], question.text);
  const points = question.rubric.points.map(readPoint);
  const wordings = points.flatMap((point) => point.wordings);
  const followUps = points.flatMap(({ followUp }) => followUp ?? []);
  return [
    ...wordings
      .filter(({ words }) => isSaidBy(asked.words, words))
      .map(({ keys }) => ({
        keys,
        message: 'says nothing that the question does not say, so it tells no answers apart',
      })),
    ...findRepeats(wordings).map(({ keys, first }) => ({ keys, message: `has the same words as "${first}"` })),
    ...points.flatMap(({ wordings: own, followUp }) => {
      const given = followUp && own.find(({ words }) => isGivenBy(followUp.words, without(words, asked.words)));
      return given
        ? [{ keys: followUp.keys, message: `gives the point away: it has most words of "${given.text}"` }]
        : [];
    }),
    ...findRepeats([asked, ...followUps]).map(({ keys, first }) => ({ keys, message: `asks the same as "${first}"` })),
    ...findSilentPoints(question),
  ];
}

function readPoint(
  { text, alternatives, followUp }: Point,
  index: number,
): { wordings: Wording[]; followUp?: Wording } {
  const keys = ['rubric', 'points', index];
  return {
    wordings: [
      read([...keys, 'text'], text),
      ...alternatives.map((alternative, number) => read([...keys, 'alternatives', number], alternative)),
    ],
    ...(followUp === undefined ? {} : { followUp: read([...keys, 'followUp'], followUp) }),
  };
}

function findSilentPoints({ maxFollowUps, rubric }: Question): Finding[] {
  const silentIds = rubric.points.filter(({ followUp }) => followUp === undefined).map(({ id }) => id);
  if (silentIds.length === 0 || maxFollowUps === 0 || rubric.threshold === 0) return [];
  const message = `no \`followUp\` at ${silentIds.join(', ')}: an open "Is there anything to add?" is asked instead`;
  return [{ keys: ['rubric', 'points'], message }];
}

/** Texts with the same content words as one before them. */
function findRepeats(wordings: readonly Wording[]): { keys: PropertyKey[]; first: string }[] {
  const firstByWords = new Map<string, string>();
  return wordings.flatMap(({ keys, text, words }) => {
    // Without content words there is nothing to compare.
    if (words.size === 0) return [];
    const line = [...words].sort().join(' ');
    const first = firstByWords.get(line);
    if (first !== undefined) return [{ keys, first }];
    firstByWords.set(line, text);
    return [];
  });
}

function isSaidBy(asked: ReadonlySet<string>, words: ReadonlySet<string>): boolean {
  return words.size > 0 && without(words, asked).length < NEW_SHARE_MIN * words.size;
}

function isGivenBy(followUp: ReadonlySet<string>, words: readonly string[]): boolean {
  const givenCount = words.length - without(words, followUp).length;
  return givenCount >= GIVEN_WORDS_MIN && givenCount >= GIVEN_SHARE_MAX * words.length;
}

function without(words: Iterable<string>, others: ReadonlySet<string>): string[] {
  return [...words].filter((word) => !others.has(word));
}
