/** @soak */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CALL_MODES } from '@countersign/contract';
import type { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { type Holding, PROMISES, type Setting } from '../../../../test/fakes/modes/promises.js';
import { ServiceStub } from '../../../../test/fakes/modes/service-stub.js';
import { expectedResult, SETTINGS } from '../../../../test/fakes/modes/settings.js';
import { startWays, type Way } from '../../../../test/fakes/modes/ways.js';
import { rowsOfEachKind } from '../../../../test/support/samples.js';

const DOCUMENT = 'docs/gateways/README.md';
const all = PROMISES.flatMap(({ promise, modes, cases }) => cases.map((each) => ({ promise, modes, each })));

describe.each(Object.keys(SETTINGS) as Setting[])('every mode, %s', (setting) => {
  let world: GatewayWorld;
  let running: Awaited<ReturnType<typeof startWays>>;
  const service = new ServiceStub();
  beforeAll(async () => {
    world = await SETTINGS[setting]();
    running = await startWays(world, service);
  });
  afterAll(async () => {
    await running.stop();
    await world.stop();
  });

  const cases = all.filter(({ each }) => (each.setting ?? 'ordinary') === setting);
  test.each(cases.map((one) => [one.promise, one.each.title, one] as const))(
    '%s: %s',
    async (_promise, _title, { each, modes }) => {
      const all = running.ways.filter(({ mode }) => (each.modes ?? CALL_MODES).includes(mode));
      const ways = rowsOfEachKind(all, ({ mode }) => mode);
      const results: [string, string | undefined][] = [];
      for (const way of ways) results.push([way.name, await each.result(trialOf(way))]);
      expect(Object.fromEntries(results)).toEqual(
        Object.fromEntries(ways.map(({ name, mode }) => [name, expectedResult(each, mode, modes[mode])])),
      );
    },
  );
  const trialOf = (way: Way) => ({ world, service, way, call: way.call });
});

test('the table of the documentation is the one that was tried', () => {
  const cell = (holding: Holding) => {
    if (holding === 'held') return 'held';
    return 'refused' in holding ? `refused with \`${holding.refused}\`` : `not held: ${holding.not}`;
  };
  const rows = PROMISES.map(({ promise, modes, proxies }) => {
    const { gateway, authz, middleware } = modes;
    // Debian has neither Traefik nor Envoy: what a proxy has to do for a promise is tried with nginx and Caddy alone.
    const others =
      proxies === undefined && typeof authz === 'object' && 'not' in authz ? cell(authz) : 'not run';
    return `| ${promise} | ${cell(gateway)} | ${cell(proxies ?? authz)} | ${others} | ${cell(middleware)} |`;
  });
  const table = [
    '| promise | the gateway forwards | nginx or Caddy asks | Traefik or Envoy asks | the service’s middleware asks |',
    '|---|---|---|---|---|',
    ...rows,
  ];
  const text = readFileSync(DOCUMENT, 'utf8');
  const whole = text.replace(/^\| promise \|.*\n(?:\|.*\n)+/m, () => `${table.join('\n')}\n`);
  if (process.env['WRITE_DOCS'] !== undefined) writeFileSync(DOCUMENT, whole);
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(whole);
});

test.each([
  ['nginx.conf', /proxy_pass +http:\/\/127\.0\.0\.1:4200;[^}]*proxy_set_header +Connection close;/],
  ['nginx-browser.conf', /proxy_pass +http:\/\/127\.0\.0\.1:4200;[^}]*proxy_set_header +Connection close;/],
  ['Caddyfile', /reverse_proxy 127\.0\.0\.1:4200 \{[^}]*transport http \{\s*keepalive off\s*\}/],
  ['Caddyfile-browser', /reverse_proxy 127\.0\.0\.1:4200 \{[^}]*transport http \{\s*keepalive off\s*\}/],
  [
    'traefik.yaml',
    /serversTransport: (\S+)[\s\S]*serversTransports:[\s\S]*\1: \{ maxIdleConnsPerHost: -1 \}/,
  ],
  ['envoy.yaml', /- name: billing\n[\s\S]*max_requests_per_connection: 1 \}/],
])('P9: %s uses no connection to the service twice, as the table says', (name, setting) => {
  expect(readFileSync(join('docs/gateways', name), 'utf8')).toMatch(setting);
});

test.each(['nginx.conf', 'Caddyfile', 'traefik.yaml', 'envoy.yaml'])(
  'P11: %s removes the token and the cookies, as the table says',
  (name) => {
    const text = readFileSync(join('docs/gateways', name), 'utf8');
    for (const field of ['Authorization', 'Cookie'])
      expect(text).toMatch(
        new RegExp(
          `proxy_set_header ${field} "";|header_up -${field}\\n|customRequestHeaders:.* ${field}: ""|headers_to_remove:.*\\b${field}\\b`,
          'i',
        ),
      );
  },
);

// `test/proxies` tries it with the real Caddy and nginx.
test('P4: traefik.yaml drops the client’s Connection, which may name the gateway’s fields, after the question', () => {
  const text = readFileSync(join('docs/gateways', 'traefik.yaml'), 'utf8');
  expect(text).toMatch(/middlewares: \[.*\bcountersign, without-credentials\]/);
  const [, removed] = /without-credentials:\n(?:.*\n){2}.*customRequestHeaders: \{(.*)\}/.exec(text) ?? [];
  expect(removed).toContain('Connection: ""');
});
