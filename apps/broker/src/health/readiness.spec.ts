import { jest } from '@jest/globals';
import type { BrokerDeps } from '../core.module.js';
import type { PartedGateways } from '../gateway-api/parted-gateways.js';
import { ClientAddresses } from '../http/client-address.js';
import { SharedAddresses } from '../http/shared-addresses.js';
import type { Shutdown } from '../http/shutdown.js';
import { Readiness } from './readiness.js';

let reads: number;
let isReadable: boolean;
const shutdown = { stopping: false };
let readiness: Readiness;
beforeEach(() => {
  jest.useFakeTimers();
  [reads, isReadable, shutdown.stopping] = [0, true, false];
  const read = async () => {
    reads += 1;
    if (!isReadable) throw new Error('gone');
    return [];
  };
  const noTest = { read: async () => null };
  const clock = { now: () => new Date() };
  const deps = { store: { feed: { read }, isolation: noTest }, clock } as unknown as BrokerDeps;
  const parted = { state: null } as PartedGateways;
  readiness = new Readiness(
    deps,
    shutdown as Shutdown,
    new ClientAddresses([]),
    new SharedAddresses(false, { warn: () => undefined }),
    parted,
  );
});
afterEach(() => jest.useRealTimers());

const status = async () => (await readiness.read()).status;

test('a flood of probes reads the store once a second', async () => {
  const answers = await Promise.all(Array.from({ length: 500 }, status));
  expect(new Set(answers)).toEqual(new Set(['ok']));
  expect(await status()).toBe('ok');
  expect(reads).toBe(1);
  isReadable = false;
  jest.advanceTimersByTime(1_001);
  expect([await status(), await status()]).toEqual(['unavailable', 'unavailable']);
  expect(reads).toBe(2);
});

test('a broker that is stopping says so at once', async () => {
  expect(await status()).toBe('ok');
  shutdown.stopping = true;
  expect(await readiness.read()).toMatchObject({ status: 'unavailable', stopping: true, store: 'not_read' });
});
