import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readText } from '../support/pages.ts';

interface Service {
  environment?: Record<string, string>;
  command?: string[];
  depends_on?: unknown;
  networks?: string[];
}

interface Compose {
  services: Record<string, Service>;
  networks: Record<string, unknown>;
}

const readCompose = () => parse(readText('examples/deploy/compose.yaml'), { merge: true }) as Compose;

test('the example of several nodes sets nothing that the service does not know', () => {
  const { services, networks } = readCompose();
  const known = new Set([...readText('.env.example').matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name));
  const nodes = Object.entries(services).filter(([name]) => name.startsWith('node-'));
  expect(nodes).toHaveLength(3);
  for (const [, { environment = {}, command, networks: joined = [] }] of nodes) {
    expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual([]);
    // Nodes that sign with secrets of their own would refuse each other's links.
    for (const name of ['VIVA_STORE', 'VIVA_SECRET', 'VIVA_ADMIN_KEY']) expect(environment).toHaveProperty(name);
    expect(command).toEqual(['node', 'src/main.ts']);
    for (const network of joined) expect(Object.keys(networks)).toContain(network);
  }
});

test('the proxy of the example knows every node, passes upgrades on, and waits longer than the heartbeat', () => {
  const conf = readText('examples/deploy/nginx.conf');
  const { services } = readCompose();
  const upstream = [...conf.matchAll(/^\s*server ([\w-]+):3000/gm)].map(([, name]) => name);
  expect(upstream).toEqual(Object.keys(services).filter((name) => name.startsWith('node-')));
  for (const line of [
    'proxy_http_version 1.1;',
    'proxy_set_header Upgrade $http_upgrade;',
    'proxy_set_header Connection $connection_upgrade;',
    'proxy_set_header Host $http_host;',
  ])
    expect(conf).toContain(line);
  expect(Number(/proxy_read_timeout (\d+)s/.exec(conf)?.[1])).toBeGreaterThan(2 * 25);
  const opened = conf.split('{').length;
  expect(conf.split('}')).toHaveLength(opened);
});

test('alarms ask for metrics and codes that there are, and the page for operators names no other metric', () => {
  const source = readText('src/metrics.ts');
  const known = new Set([...source.matchAll(/name: '(viva_\w+)'/g)].map(([, name = '']) => name));
  const alerts = readText('examples/deploy/alerts.yaml');
  const { groups } = parse(alerts) as { groups: { rules: { alert: string; expr: string }[] }[] };
  const asked = groups.flatMap(({ rules }) => rules).flatMap(({ expr }) => expr.match(/viva_\w+/g) ?? []);
  expect(asked.length).toBeGreaterThan(5);
  const named = readText('OPERATING.md').match(/\bviva_\w+/g) ?? [];
  const unknown = [...asked, ...named].filter((name) => !known.has(name.replace(/_(bucket|count|sum)$/, '')));
  expect(unknown).toEqual([]);
  for (const [, code = ''] of alerts.matchAll(/code="(\w+)"/g))
    expect(readText('src/errors.ts')).toContain(`  ${code}: {`);
});

test('the page for operators names every store that the service takes, and no variable that it does not know', () => {
  const page = readText('OPERATING.md');
  const example = readText('.env.example');
  const known = new Set([...example.matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name));
  for (const [name] of page.matchAll(/VIVA_[A-Z_]+/g)) expect(known).toContain(name);
  for (const kind of ['sqlite:', 'postgres:', 'memory']) expect(page).toContain(kind);
});
