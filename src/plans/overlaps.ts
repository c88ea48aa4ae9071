import { tokenize } from '../evaluators/tokens.ts';
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
  return [
    ...findRepeats(
      plan.questions.map(({ text }, index) => ({ keys: ['questions', index, 'text'], text })),
      {
        message: (first) => `asks the same as ${first}`,
      },
    ),
    ...plan.questions.flatMap((question, index) =>
      findRubricWarnings(question).map(({ keys, message }) => ({ keys: ['questions', index, ...keys], message })),
    ),
  ];
}

interface Worded {
  keys: PropertyKey[];
  text: string;
}

function findRubricWarnings(question: Question): Finding[] {
  const { points } = question.rubric;
  const asked = contentOf(question.text);
  const at = (index: number, ...keys: PropertyKey[]) => ['rubric', 'points', index, ...keys];
  const wordings = points.map((point, index) =>
    wordingsOf(point).map(({ keys, text }) => ({ keys: at(index, ...keys), text })),
  );
  const followUps = points.flatMap(({ followUp }, index) =>
    followUp === undefined ? [] : [{ keys: at(index, 'followUp'), text: followUp, point: points[index] as Point }],
  );
  return [
    ...wordings
      .flat()
      .filter(({ text }) => isSaidBy(asked, text))
      .map(({ keys }) => ({
        keys,
        message: 'says nothing that the question does not say already, so it tells no answer from another',
      })),
    ...findRepeats(wordings.flat(), { message: (first) => `has the same words as ${first}: it adds nothing` }),
    ...followUps.flatMap(({ keys, text, point }) => {
      const given = wordingsOf(point).find((wording) => isGivenAway(asked, wording.text, text));
      return given ? [{ keys, message: `gives the point away: it uses most words of "${given.text}"` }] : [];
    }),
    ...findRepeats([{ keys: ['text'], text: question.text }, ...followUps], {
      message: (first) => `asks the same as ${first}`,
    }),
    ...findSilentPoints(question),
  ];
}

function wordingsOf(point: Point): Worded[] {
  return [
    { keys: ['text'], text: point.text },
    ...point.alternatives.map((text, index) => ({ keys: ['alternatives', index], text })),
  ];
}

function findSilentPoints({ maxFollowUps, rubric }: Question): Finding[] {
  const silent = rubric.points.filter(({ followUp }) => followUp === undefined).map(({ id }) => id);
  if (silent.length === 0 || maxFollowUps === 0 || rubric.threshold === 0) return [];
  const message = `without \`followUp\`: ${silent.join(', ')}; an open "Is there anything to add?" is asked instead`;
  return [{ keys: ['rubric', 'points'], message }];
}

/** Texts with the same content words as one before them. */
function findRepeats(texts: readonly Worded[], { message }: { message(first: string): string }): Finding[] {
  const firstByWords = new Map<string, string>();
  return texts.flatMap(({ keys, text }) => {
    const words = [...contentOf(text)].sort().join(' ');
    const first = firstByWords.get(words);
    if (first !== undefined) return [{ keys, message: message(`"${first}"`) }];
    // Without content words there is nothing to compare.
    if (words !== '') firstByWords.set(words, text);
    return [];
  });
}

function isSaidBy(asked: ReadonlySet<string>, text: string): boolean {
  const words = contentOf(text);
  return words.size > 0 && without(words, asked).length < NEW_SHARE_MIN * words.size;
}

function isGivenAway(asked: ReadonlySet<string>, wording: string, followUp: string): boolean {
  const words = without(contentOf(wording), asked);
  const givenCount = words.length - without(words, contentOf(followUp)).length;
  return givenCount >= GIVEN_WORDS_MIN && givenCount >= GIVEN_SHARE_MAX * words.length;
}

function without(words: Iterable<string>, others: ReadonlySet<string>): string[] {
  return [...words].filter((word) => !others.has(word));
}

/** The stems of the words that carry content. */
function contentOf(text: string): Set<string> {
  return new Set(tokenize(text).flatMap((token) => (token.isFunction ? [] : [token.stem])));
}
