import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CALL_MODES, type CallMode } from '@countersign/contract';
import { BreakableDisk } from '../../../../test/fakes/faulty-disks.js';
import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import {
  type Case,
  type Holding,
  PROMISES,
  type Setting,
  withEveryKindOfRoute,
  withTenantFromService,
} from '../../../../test/fakes/modes/promises.js';
import { ServiceStub } from '../../../../test/fakes/modes/service-stub.js';
import { PROXY_SECRET, startWays, type Way } from '../../../../test/fakes/modes/ways.js';
import { until } from '../../../../test/fakes/until.js';
import { rowsOfEachKind } from '../../../../test/support/samples.js';

const DOCUMENT = 'docs/gateways/README.md';
const proxies = { secret: PROXY_SECRET, networks: ['127.0.0.0/8'] };

const SETTINGS: Record<Setting, () => Promise<GatewayWorld>> = {
  ordinary: () =>
    started({}, ({ broker }) => {
      broker.services = broker.services.map(withEveryKindOfRoute);
    }),
  'one call at once': () => started({ maxCallsPerGrant: 1 }),
  'tenant from service': () =>
    started({}, (world) => {
      world.broker.services = [withTenantFromService(world.upstream.origin)];
    }),
  'never in touch': async () => {
    const world = new GatewayWorld();
    await world.prepare();
    world.broker.knowsGateway = false;
    await world.startGateway({ proxies });
    return world;
  },
  'broken disk': async () => {
    const world = new GatewayWorld();
    await world.prepare();
    const disk = new BreakableDisk(join(world.spoolDir, 'segments'));
    disk.broken = 'ENOSPC';
    await world.startGateway({ proxies, disk });
    await until(() => world.gateway.isInTouch());
    return world;
  },
};

async function started(
  options: Parameters<typeof GatewayWorld.start>[0] = {},
  change: (world: GatewayWorld) => void = () => undefined,
): Promise<GatewayWorld> {
  const world = new GatewayWorld();
  await world.prepare();
  world.broker.tenants.push({ slug: 'initech', forbid: [], requireGateway: true });
  change(world);
  await world.startGateway({ proxies, ...options });
  await until(() => world.gateway.isInTouch());
  return world;
}

/** The result of a case in this mode, if the table is right. */
function expected({ held, notHeld }: Case, mode: CallMode, holding: Holding): string | undefined {
  if (holding === 'held') return typeof held === 'string' ? held : held(mode);
  return 'refused' in holding ? `403 ${holding.refused}` : notHeld;
}

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
        Object.fromEntries(ways.map(({ name, mode }) => [name, expected(each, mode, modes[mode])])),
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
  const rows = PROMISES.map(
    ({ promise, modes }) => `| ${promise} | ${CALL_MODES.map((mode) => cell(modes[mode])).join(' | ')} |`,
  );
  const table = [
    '| promise | the gateway forwards | a proxy asks | the service’s middleware asks |',
    '|---|---|---|---|',
    ...rows,
  ];
  const text = readFileSync(DOCUMENT, 'utf8');
  const whole = text.replace(/^\| promise \|.*\n(?:\|.*\n)+/m, () => `${table.join('\n')}\n`);
  if (process.env['WRITE_DOCS'] !== undefined) writeFileSync(DOCUMENT, whole);
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(whole);
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
