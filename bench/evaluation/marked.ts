import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A question with answers that people have marked. */
export interface MarkedQuestion {
  id: string;
  /** The course, topic or set of near-duplicates it belongs to: what an unseen domain leaves out together. */
  domain: string;
  question: string;
  /** Each is a point of its own in ArgKP, and one wording of the only point elsewhere. */
  references: string[];
  answers: MarkedAnswer[];
}

export interface MarkedAnswer {
  text: string;
  /** For each point the mark, on the scale of the data set; null where the markers did not agree. */
  marks: (number | null)[];
}

type Row = Record<string, unknown>;

/** The files of marked answers, and how a line of each is read. Their form is told in README.md beside this file. */
const readers = {
  'mohler-dev.jsonl': (row: Row): MarkedQuestion => ({
    id: String(row.questionId),
    domain: String(row.questionId).split('.')[0] ?? '',
    question: String(row.question),
    references: [String(row.referenceAnswer)],
    answers: rowsOf(row.answers).map(({ text, score }) => ({ text: String(text), marks: [Number(score)] })),
  }),
  'scientsbank-train.jsonl': readSemeval,
  'beetle-train.jsonl': readSemeval,
  'saf-en-train.jsonl': (row: Row): MarkedQuestion => {
    const answers = rowsOf(row.answers);
    const full = Math.max(...answers.map(({ score }) => Number(score)));
    return {
      id: String(row.questionId),
      domain: String(row.questionId).split('.')[0] ?? '',
      question: String(row.question),
      references: (row.referenceAnswers as unknown[]).map(String),
      answers: answers.map(({ text, score }) => ({ text: String(text), marks: [Number(score) / full] })),
    };
  },
  'argkp-train.jsonl': readArguments,
  'argkp-dev.jsonl': readArguments,
} as const;

export type MarkedFile = keyof typeof readers;

function readSemeval(row: Row): MarkedQuestion {
  return {
    id: String(row.questionId),
    domain: String(row.module),
    question: String(row.question),
    references: rowsOf(row.referenceAnswers).map(({ text }) => String(text)),
    answers: rowsOf(row.answers).map(({ text, label3 }) => ({
      text: String(text),
      marks: [label3 === 'correct' ? 1 : 0],
    })),
  };
}

function readArguments(row: Row): MarkedQuestion {
  const references = (row.keyPoints as unknown[]).map(String);
  return {
    id: `${row.topic} ${row.stance}`,
    domain: String(row.topic),
    question: String(row.topic),
    references,
    answers: rowsOf(row.args).map(({ text, match, noMatch }) => ({
      text: String(text),
      marks: references.map((_, at) => {
        if ((match as number[]).includes(at)) return 1;
        return (noMatch as number[]).includes(at) ? 0 : null;
      }),
    })),
  };
}

function rowsOf(value: unknown): Row[] {
  return value as Row[];
}

/** The files that are not in a folder. */
export function findMissing(folder: string): string[] {
  return Object.keys(readers).filter((name) => !existsSync(join(folder, name)));
}

/** Read one file of marked answers. Throws where a line is not JSON. */
export function readMarked(folder: string, file: MarkedFile): MarkedQuestion[] {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => readers[file](JSON.parse(line) as Row));
}
