import { VivaError } from '../../errors.ts';
import type { DatabaseOptions } from '../database.ts';
import type { Call } from './engine.ts';

// What the thread of the journal and the one that serves tell each other.

/** What the thread is started with. */
export type Start = Pick<DatabaseOptions, 'path' | 'busyTimeoutMs'>;

/** An error on its way: an instance of a class would not arrive as one. */
export type Failure = Pick<VivaError, 'code' | 'message' | 'extra'>;

/** Told once, first: whether the file is open. */
export type Opened = { file: string } | { failure: Failure };

/** What is asked; null = close the file and end. */
export type Asked = readonly Call[] | null;

/** Answers in the order of the calls; those that failed are told apart, by their place. */
export interface Answered {
  values: unknown[];
  failures: [index: number, failure: Failure][];
}

export function toFailure({ code, message, extra }: VivaError): Failure {
  return { code, message, extra };
}

export function fromFailure({ code, message, extra }: Failure): VivaError {
  return new VivaError(code, message, extra);
}
