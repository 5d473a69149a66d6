import type { GrantTokenClaims, MatchedCall } from '@countersign/authorization';
import { MAX_COUNTS, type MinuteCount } from '@countersign/gateway-protocol';
import { sampleClaims, sampleTerms } from '../../../../test/factories/grant-token.js';
import { Recorder } from './recorder.js';
import type { RecordDraft } from './spool/record-chains.js';
import type { RecordWaiter, Spool } from './spool/spool.js';

const NOW = Date.parse('2026-11-24T15:00:00Z');

/** A recorder whose records go nowhere, and what each record of counters contains. */
function recording() {
  let now = NOW;
  const counted: MinuteCount[][] = [];
  const drafts: RecordDraft[] = [];
  const spool = {
    note: () => undefined,
    enqueue: (draft: RecordDraft) => void drafts.push(draft),
    append: async (draft: RecordDraft) => {
      const { record } = draft;
      drafts.push(draft);
      if (record.kind === 'counters') counted.push([...record.counts]);
    },
    appendFor: (draft: RecordDraft, { onDurable }: RecordWaiter) => {
      drafts.push(draft);
      onDurable();
    },
    unsigned: [],
  };
  const recorder = new Recorder({
    spool: spool as unknown as Spool,
    gateway: 'gtw_0199f0a0-7b2c-7001-8000-000000000001',
    boot: '0199f0a0-7b2c-4001-8000-000000000001',
    clock: { now: () => now, monotonic: () => now },
    trustOf: () => null,
  });
  const passMinute = () => {
    now += 60_000;
    recorder.tick();
  };
  return { recorder, counted, drafts, passMinute };
}

describe('counted refusals', () => {
  const services = Array.from({ length: 2 * MAX_COUNTS + 1 }, (_, index) => `service-${index}`);
  const sizes = (counted: MinuteCount[][]) => counted.map(({ length }) => length);

  test('more kinds than one record holds continue in the next minutes', () => {
    const { recorder, counted, passMinute } = recording();
    for (const service of services) recorder.count(service, 'invalid_token');
    for (let minute = 0; minute < 4; minute += 1) passMinute();
    expect(sizes(counted)).toEqual([MAX_COUNTS, MAX_COUNTS, 1]);
  });

  test('no count is lost at the end, however many kinds there are', () => {
    const { recorder, counted } = recording();
    for (const service of services) recorder.count(service, 'invalid_token');
    recorder.close();
    expect(sizes(counted)).toEqual([MAX_COUNTS, MAX_COUNTS, 1]);
    expect(counted.flat().map(({ service }) => service)).toEqual(services);
    recorder.close();
    expect(counted).toHaveLength(3);
  });
});

describe('place and employer of the requester', () => {
  const requesterFacts = { country: { value: 'DE', verified: true } };
  const written = (terms: object) => {
    const { recorder, drafts } = recording();
    const call = {
      claims: { ...sampleClaims(), terms: { ...sampleTerms, ...terms } } as unknown as GrantTokenClaims,
      ...{ service: 'billing', method: 'GET', path: '/', droppedHeaders: [], mode: 'gateway' as const },
    };
    const match = { tenant: 'acme', route: '/', resource: 'invoices', action: 'list' } as MatchedCall;
    const allowed = { id: recorder.newId(), call, match, context: 'ed25519', tenantFrom: 'path' } as const;
    const waiter = { onDurable: () => undefined, onUnavailable: () => undefined };
    recorder.writeAllowed({ ...allowed, isMasked: false }, waiter);
    recorder.recordRefused(call, match, 'insufficient_scope');
    return drafts.map(({ record }) => record);
  };

  test('are in the records of allowed and refused calls, as the terms state them', () => {
    for (const record of written({ requesterFacts })) expect(record).toMatchObject({ requesterFacts });
  });

  test('are absent if the terms state none', () => {
    const records = written({});
    expect(records.map(({ kind }) => kind)).toEqual(['allowed', 'refused']);
    for (const record of records) expect(record).not.toHaveProperty('requesterFacts');
  });
});
