import { DatabaseSync } from 'node:sqlite';

// Answers in SQLite as one would first write it: a commit each, as safe as those of the service.

/** Open the file; returns what stores an answer and comes back when it is on the disk. */
export function openAnswers(path) {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  db.exec(
    'CREATE TABLE answer (interview TEXT, number INTEGER, prompt TEXT, text TEXT, PRIMARY KEY (interview, number))',
  );
  const add = db.prepare('INSERT INTO answer VALUES (?, ?, ?, ?)');
  return (interviewId, number, promptId, text) => add.run(interviewId, number, promptId, text);
}
