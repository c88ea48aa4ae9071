import fastifyWebsocket from '@fastify/websocket';
import Fastify from 'fastify';

// The same echo behind @fastify/websocket, which the service uses.

const app = Fastify();
await app.register(fastifyWebsocket, { options: { perMessageDeflate: false } });
app.get('/', { websocket: true }, (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${JSON.stringify({ msg: 'listening', url })}\n`);
