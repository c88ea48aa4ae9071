import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A load balancer that knows nothing but addresses: each connection goes to the next node that is in. */
export interface Balancer {
  url: string;
  add(url: string): void;
  /** Take a node out and cut its connections, as after a failed health check. */
  remove(url: string): void;
}

/** Start a load balancer; it ends after the test. */
export async function startBalancer(): Promise<Balancer> {
  const nodes: string[] = [];
  const pairs = new Map<Socket, { peer: Socket; node: string }>();
  let turn = 0;

  const server = createServer((incoming) => {
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
    for (const incoming of pairs.keys()) incoming.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    add: (node) => void nodes.push(node),
    remove(node) {
      nodes.splice(nodes.indexOf(node), 1);
      for (const [incoming, pair] of pairs) if (pair.node === node) incoming.destroy();
    },
  };
}
