import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { compileRouteMap, matchRoute } from '@countersign/contract';
import { ExpressOrders } from '../../../../test/support/express-orders.js';
import { specFolder } from '../../../../test/support/spec-folder.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';
import { spellingsOf } from './probe-paths.js';

const closing: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function probe(origin: string, ...argv: string[]) {
  const terminal = new Terminal({}, '');
  const exit = await run(['gateways', 'probe-paths', origin, ...argv, '--json'], terminal);
  const document = terminal.out === '' ? undefined : JSON.parse(terminal.out);
  return { exit, document, err: terminal.err };
}
const sameAs = ({ document }: Awaited<ReturnType<typeof probe>>) =>
  document.paths.flatMap(({ spellings }: { spellings: { ignores: string; reads: string }[] }) =>
    spellings.filter(({ reads }) => reads === 'same').map(({ ignores }) => ignores),
  );

test('gateways refuse every spelling that is tried, unless the service says `paths: exact`', () => {
  const route = (path: string, resource: string) => ({ method: 'GET', path, resource, action: 'read' });
  const map = compileRouteMap({
    ...{ name: 'shop', upstream: 'http://localhost:1', audience: 'shop', tenantFrom: 'service' },
    routes: [
      route('/orders/export', 'exports'),
      route('/orders/{id}', 'orders/{id}'),
      route('/orders/{id}/', 'orders/{id}'),
    ],
  });
  const spellings = spellingsOf('export');
  expect(spellings.length).toBeGreaterThan(10);
  for (const { segment } of spellings)
    expect(() => matchRoute(map, 'GET', `/orders/${segment}`)).toThrow(
      expect.objectContaining({ code: 'ambiguous_request' }),
    );
});

test('Express ignores letter case and a final slash, and where its route takes one a format suffix', async () => {
  const express = await new ExpressOrders().start();
  closing.push(() => express.stop());
  const orders = await probe(express.origin, '/tenants/acme/orders/export');
  expect([orders.exit, orders.err]).toEqual([1, expect.stringMatching(/^error\[paths_not_exact\]: /)]);
  expect([...new Set(sameAs(orders))]).toEqual(['letter case', 'a final slash']);
  const terminal = new Terminal({}, '');
  await run(['gateways', 'probe-paths', express.origin, '/tenants/acme/orders/export'], terminal);
  expect(terminal.err).toMatch(/^\/tenants\/acme\/orders\/EXPORT +letter case +200 +the path$/m);
  const both = await probe(express.origin, '/tenants/acme/orders/export', '/tenants/acme/reports/export');
  expect([...new Set(sameAs(both))]).toEqual(['letter case', 'a final slash', 'a format suffix']);
});

test('a service that knows one spelling of each path is exact, and is sent no context and no token', async () => {
  const fields: string[] = [];
  const origin = await serving((request, response) => {
    fields.push(...request.rawHeaders.filter((_each, at) => at % 2 === 0));
    const isKnown = request.url === '/orders/export';
    response.writeHead(isKnown ? 200 : 404).end(isKnown ? `all orders, ${Math.random()}` : 'none');
  });
  const { exit, document } = await probe(origin, '/orders/export');
  expect([exit, document.paths[0].verdict]).toEqual([0, 'exact']);
  expect(fields.filter((name) => /^(?:countersign|authorization)/i.test(name))).toEqual([]);
});

test('a redirect to the path is no call of its handler', async () => {
  const origin = await serving((request, response) => {
    const isSlash = request.url === '/orders/export/';
    const isKnown = request.url === '/orders/export';
    response.writeHead(isSlash ? 301 : isKnown ? 200 : 404, isSlash ? { location: '/orders/export' } : {});
    response.end();
  });
  const { exit, document } = await probe(origin, '/orders/export');
  expect(exit).toBe(0);
  expect(document.paths[0].spellings).toContainEqual(
    expect.objectContaining({ ignores: 'a final slash', reads: 'redirect' }),
  );
});

test('a service that answers every path alike says nothing, until it gets what it requires', async () => {
  const origin = await serving((request, response) => {
    const isOpen = request.headers['x-api-key'] === 'k';
    response.writeHead(isOpen && request.url === '/orders/export' ? 200 : isOpen ? 404 : 401).end();
  });
  const closed = await probe(origin, '/orders/export');
  expect([closed.exit, closed.err]).toEqual([
    1,
    expect.stringMatching(/^error\[paths_unclear\]: .*--headers/),
  ]);
  const file = join(specFolder(), 'headers');
  writeFileSync(file, 'X-Api-Key: k\n');
  expect((await probe(origin, '/orders/export', '--headers', file)).exit).toBe(0);
  writeFileSync(file, 'no header');
  const bad = await probe(origin, '/orders/export', '--headers', file);
  expect([bad.exit, bad.err]).toEqual([2, expect.not.stringContaining('no header')]);
});

test.each([
  ['no origin', 'billing', '/a', 2, 'invalid_usage'],
  ['an origin with a path', 'http://127.0.0.1:1/x', '/a', 2, 'invalid_usage'],
  ['no path', 'http://127.0.0.1:1', 'a', 2, 'invalid_usage'],
  ['a path that ends in a slash', 'http://127.0.0.1:1', '/a/', 2, 'invalid_usage'],
  ['a service that does not answer', 'http://127.0.0.1:1', '/a', 1, 'cannot_probe'],
])('refuses %s', async (_case, origin, path, exit, code) => {
  const said = await probe(origin, path);
  expect([said.exit, said.err]).toEqual([exit, expect.stringContaining(`error[${code}]`)]);
});
