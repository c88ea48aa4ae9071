import { connect, type Socket } from 'node:net';

// A WebSocket client with nothing in it but the frames: the generator must cost less than what it measures.

const HANDSHAKE_KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const END_OF_HEAD = '\r\n\r\n';

export interface Frames {
  send(text: string): void;
  close(): void;
}

/** What to do with what comes. `bytes` is the length of the whole frame on the wire. */
export interface FramesHandler {
  onText(text: string, bytes: number): void;
  onClosed(reason: string): void;
}

/** Open a WebSocket. Errors: the answer's first line when it is not 101. */
export function openFrames(url: URL, protocol: string | undefined, handler: FramesHandler): Promise<Frames> {
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
  let rest: Buffer = Buffer.alloc(0);
  let isOpen = false;
  let reason = 'the connection ended';
  const head = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${HANDSHAKE_KEY}`,
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ];
  socket.write(`${head.join('\r\n')}${END_OF_HEAD}`);

  return new Promise((resolve, reject) => {
    const frames: Frames = {
      send: (text) => writeFrame(socket, 1, Buffer.from(text)),
      close: () => socket.destroy(),
    };

    function readHead(): boolean {
      const end = rest.indexOf(END_OF_HEAD);
      if (end < 0) return false;
      const [status = ''] = rest.toString('latin1', 0, end).split('\r\n');
      if (!status.includes(' 101 ')) {
        socket.destroy();
        reject(new Error(status));
        return false;
      }
      rest = rest.subarray(end + END_OF_HEAD.length);
      isOpen = true;
      resolve(frames);
      return true;
    }

    function readFrame(): boolean {
      const frame = parseFrame(rest);
      if (!frame) return false;
      rest = rest.subarray(frame.bytes);
      if (frame.opcode === 1) handler.onText(frame.payload.toString(), frame.bytes);
      else if (frame.opcode === 9) writeFrame(socket, 10, frame.payload);
      else if (frame.opcode === 8)
        reason = `closed with ${frame.payload.length > 1 ? frame.payload.readUInt16BE(0) : ''}`;
      return true;
    }

    socket.on('data', (chunk: Buffer) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!isOpen && !readHead()) return;
      while (readFrame());
    });
    socket.on('error', (error) => {
      reason = error.message;
      reject(error);
    });
    socket.on('close', () => {
      reject(new Error(reason));
      if (isOpen) handler.onClosed(reason);
    });
  });
}

/** Clients must mask, and zero is a mask. */
function writeFrame(socket: Socket, opcode: number, payload: Buffer): void {
  const { length } = payload;
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.alloc(2 + extra + 4 + length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) frame.writeUInt16BE(length, 2);
  if (extra === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  payload.copy(frame, 2 + extra + 4);
  if (!socket.destroyed) socket.write(frame);
}

function parseFrame(from: Buffer): { opcode: number; payload: Buffer; bytes: number } | null {
  if (from.length < 2) return null;
  const short = (from[1] as number) & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (from.length < start) return null;
  const length = short < 126 ? short : short === 126 ? from.readUInt16BE(2) : Number(from.readBigUInt64BE(2));
  const bytes = start + length;
  if (from.length < bytes) return null;
  return { opcode: (from[0] as number) & 0x0f, payload: from.subarray(start, bytes), bytes };
}
