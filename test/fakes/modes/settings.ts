import { join } from 'node:path';
import type { CallMode } from '@countersign/contract';
import { BreakableDisk } from '../faulty-disks.js';
import { GatewayWorld } from '../gateway-world.js';
import { until } from '../until.js';
import {
  type Case,
  type Holding,
  type Setting,
  withEveryKindOfRoute,
  withTenantFromService,
} from './promises.js';
import { PROXY_SECRET } from './ways.js';

const proxies = { secret: PROXY_SECRET, networks: ['127.0.0.0/8'] };

/** A gateway in each setting. Proxies of this machine may ask it. */
export const SETTINGS: Record<Setting, () => Promise<GatewayWorld>> = {
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
export function expectedResult(
  { held, notHeld }: Case,
  mode: CallMode,
  holding: Holding,
): string | undefined {
  if (holding === 'held') return typeof held === 'string' ? held : held(mode);
  return 'refused' in holding ? `403 ${holding.refused}` : notHeld;
}
