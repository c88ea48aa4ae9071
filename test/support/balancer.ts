import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * A load balancer that knows nothing but addresses: each connection goes to the next node that is in. With one address
 * it is a piece of network that can be cut.
 */
export interface Balancer {
  port: number;
  url: string;
  add(url: string): void;
  /** Take a node out and cut its connections, as after a failed health check. */
  remove(url: string): void;
  /** Carry nothing any more, and say nothing of it. */
  hush(): void;
  /** Carry new connections again; the hushed ones break. */
  heal(): void;
}

/** Start a load balancer; it ends after the test. */
export async function startBalancer(): Promise<Balancer> {
  const nodes: string[] = [];
  const pairs = new Map<Socket, { peer: Socket; node: string }>();
  let turn = 0;
  let isHushed = false;
  const lost = new Set<Socket>();

  const server = createServer((incoming) => {
    if (isHushed) {
      incoming.on('error', () => {});
      lost.add(incoming);
      return;
    }
    turn += 1;
    const node = nodes[turn % nodes.length];
    if (node === undefined) return incoming.destroy();
    const { hostname, port } = new URL(node);
    const peer = connect(Number(port), hostname);
    pairs.set(incoming, { peer, node });
    for (const [one, other] of [
      [incoming, peer],
      [peer, incoming],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => {
        other.destroy();
        pairs.delete(incoming);
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const incoming of [...pairs.keys(), ...lost]) incoming.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    add: (node) => void nodes.push(node),
    remove(node) {
      nodes.splice(nodes.indexOf(node), 1);
      for (const [incoming, pair] of pairs) if (pair.node === node) incoming.destroy();
    },
    hush() {
      isHushed = true;
      for (const [incoming, { peer }] of pairs) {
        incoming.unpipe(peer).pause();
        peer.unpipe(incoming).pause();
        lost.add(incoming);
      }
    },
    heal() {
      isHushed = false;
      for (const incoming of lost) incoming.destroy();
      lost.clear();
    },
  };
}
