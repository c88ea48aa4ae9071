import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { openAnswers } from './answers.mjs';
import { next, promptOf, start } from './course.mjs';

// Socket.IO and an orchestrator by hand. The argument is a file of SQLite; without one nothing is kept.

const [path] = process.argv.slice(2);
const store = path ? openAnswers(path) : () => {};
const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });

io.on('connection', (socket) => {
  const interviewId = randomUUID();
  let state = start;
  const show = () => socket.emit('view', { seq: state.answered, state: 'QUESTIONING', prompt: promptOf(state) });
  socket.on('answer.submit', ({ promptId, text }) => {
    if (promptId !== promptOf(state).id || typeof text !== 'string' || text.trim() === '') return;
    store(interviewId, state.answered, promptId, text);
    state = next(state);
    show();
  });
  show();
});
http.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${http.address().port}`;
  process.stdout.write(`${JSON.stringify({ msg: 'listening', url })}\n`);
});
