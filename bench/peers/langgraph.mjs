import { randomUUID } from 'node:crypto';
import { Annotation, Command, END, interrupt, MemorySaver, START, StateGraph } from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import Database from 'better-sqlite3';
import { WebSocketServer } from 'ws';
import { next, promptOf, start } from './course.mjs';

// LangGraph.js: a graph that interrupts itself at each prompt and is resumed by the answer. The argument is a file of
// SQLite; without one checkpoints are kept in memory.

/** A thread's checkpoints are never taken away: it gives way to a new one where an interview would end. */
const ANSWERS_MAX = 200;

function openSaver(path) {
  if (!path) return new MemorySaver();
  const db = new Database(path);
  const saver = new SqliteSaver(db);
  saver.setup();
  // As safe as the service's own.
  db.pragma('synchronous = FULL');
  return saver;
}

const State = Annotation.Root({ course: Annotation(), text: Annotation() });
const graph = new StateGraph(State)
  .addNode('ask', ({ course }) => ({ text: interrupt(promptOf(course)) }))
  .addNode('decide', ({ course }) => ({ course: next(course) }))
  .addEdge(START, 'ask')
  .addEdge('ask', 'decide')
  .addConditionalEdges('decide', ({ course }) => (course.answered < ANSWERS_MAX ? 'ask' : END))
  .compile({ checkpointer: openSaver(process.argv[2]) });

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', async (socket) => {
  let config;
  let seq = 0;
  let prompt;

  async function run(input) {
    const result = await graph.invoke(input, config);
    prompt = result.__interrupt__?.[0]?.value;
    if (!prompt) return begin();
    socket.send(JSON.stringify({ type: 'view', seq, state: 'QUESTIONING', prompt }));
  }
  function begin() {
    config = { configurable: { thread_id: randomUUID() }, recursionLimit: 1_000 };
    return run({ course: start });
  }

  socket.on('message', (data) => {
    const { promptId, text } = JSON.parse(data);
    if (promptId !== prompt?.id || typeof text !== 'string' || text.trim() === '') return;
    seq += 1;
    run(new Command({ resume: text })).catch((error) => {
      process.stderr.write(`${error.stack}\n`);
      socket.close(1011);
    });
  });
  await begin();
});
server.on('listening', () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  process.stdout.write(`${JSON.stringify({ msg: 'listening', url })}\n`);
});
