import type { LeafV1 } from '@countersign/audit-log';
import { LogCopy, VERIFIER_PORTS } from '../../../test/support/log-copy.js';
import { gatewayIdentity, RecordChain } from '../../../test/support/record-chain.js';
import { Warnings } from './faults.js';
import { GatewayChains } from './gateway-chains.js';
import { LeafData, type LeafOf } from './leaf-data.js';

const T0 = Date.parse('2026-11-24T15:00:00Z');
const MINUTE = 60_000;
const GATEWAY = 'gtw_0199f0a0-7b2c-7004-8000-000000000001';
const BOOT = 'a71b0f4e-3a3c-4d53-9f0e-4d4f8a1c5b11';
const under = {
  grant: 'grt_0199f0a0-7b2c-7004-8000-000000000004',
  request: 'req_0199f0a0-7b2c-7004-8000-000000000003',
  digest: `sha256:${'d'.repeat(64)}`,
  person: 'per_0199f0a0-7b2c-7004-8000-000000000002',
};

/** A log to which each run of lane 0 adds a first record, which names the same run of lane 1. The log lacks that one. */
function logWithoutLane() {
  const { publicKey, privateKey } = gatewayIdentity();
  const log = new LogCopy('countersign/dep/acme/1', [], []);
  const keys = () => ({ publicKey, revokedAt: null });
  const chains = new GatewayChains(VERIFIER_PORTS, keys, new Warnings());
  return {
    chains,
    /** A run of lane 0 begins so many minutes after the first one, and names this record of lane 1. */
    name: async (minutes: number, end: { seq: number; hash: string }) => {
      const lane = { number: 0, of: 2, beside: [{ lane: 1, boot: BOOT, ...end }] };
      const now = () => new Date(T0 + minutes * MINUTE);
      const chain = new RecordChain(GATEWAY, privateKey, under, now, null, lane);
      const index = log.appendRecord(chain.add('refused'));
      await chains.take(new LeafData(index, log.leaves[index] as LeafV1) as LeafOf);
    },
  };
}

const record = (seq: number, digit = '1') => ({ seq, hash: `sha256:${digit.repeat(64)}` });

describe('P10: records of a lane that are left out', () => {
  test('are a fault an hour after they were first named, although they are named again and again', async () => {
    const { chains, name } = logWithoutLane();
    await name(0, record(5));
    await name(40, record(5));
    expect(() => chains.finish()).not.toThrow();
    await name(61, record(5));
    expect(() => chains.finish()).toThrow(expect.objectContaining({ code: 'run_missing', index: 0 }));
  });

  test('are awaited up to the last one that was named, whatever is named later', async () => {
    const { chains, name } = logWithoutLane();
    await name(0, record(5));
    await name(1, record(7));
    await name(61, record(6));
    expect(() => chains.finish()).toThrow('records up to 7 of run');
  });

  test('cannot be named with two hashes', async () => {
    const { name } = logWithoutLane();
    await name(0, record(5));
    await expect(name(1, record(5, '2'))).rejects.toMatchObject({ code: 'changed_record' });
  });
});
