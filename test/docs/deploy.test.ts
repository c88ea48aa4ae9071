import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/config.ts';
import { readText } from '../support/pages.ts';

interface Service {
  environment?: Record<string, string>;
  command?: string[];
  depends_on?: unknown;
  networks?: string[] | Record<string, { ipv4_address: string }>;
  extra_hosts?: string[];
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
  for (const [, { environment = {}, command, networks: joined = {} }] of nodes) {
    expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual([]);
    // Nodes that sign with secrets of their own would refuse each other's links.
    for (const name of ['VIVA_STORE', 'VIVA_SECRET', 'VIVA_ADMIN_KEY']) expect(environment).toHaveProperty(name);
    // As it stands once what is asked for is set: a default after `:-`, or else something long enough.
    const set = (text: string) =>
      text.replaceAll(/\$\{\w+:(?:-([^}]*)|\?[^}]*)\}/g, (_, or?: string) => or ?? 'x'.repeat(32));
    const filled = Object.fromEntries(Object.entries(environment).map(([name, text]) => [name, set(text)]));
    expect(readConfig(filled)).toMatchObject({ ok: true, config: { store: { kind: 'postgres' } } });
    expect(command).toEqual(['node', 'src/main.ts']);
    for (const network of Object.keys(joined)) expect(Object.keys(networks)).toContain(network);
  }
});

test('the proxy of the example knows every node, passes upgrades on, and waits longer than the heartbeat', () => {
  const conf = readText('examples/deploy/nginx.conf');
  const { services } = readCompose();
  const upstream = [...conf.matchAll(/^\s*server ([\w-]+):3000/gm)].map(([, name]) => name);
  const nodes = Object.entries(services).filter(([name]) => name.startsWith('node-'));
  expect(upstream).toEqual(nodes.map(([name]) => name));
  // It asks for their addresses once: they stay the same when a node is made anew, and are known while one is away.
  const addresses = nodes.map(([name, { networks }]) => `${name}:${Object.values(networks ?? {})[0]?.ipv4_address}`);
  expect(services.nginx?.extra_hosts).toEqual(addresses);
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
