import type { LeafV1 } from '@countersign/audit-log';
import { canonicalJson, membersOfRecord } from '@countersign/contract';
import { type RecordEntry, recordHash, signRecord } from '@countersign/gateway-protocol';
import { systemHashing } from '@countersign/persistence';
import fc from 'fast-check';
import { incomingRecord } from '../../../apps/broker/src/gateway-api/incoming-record.js';
import { RecordText } from '../../../apps/gateway/src/records/record-text.js';
import type { RecordDraft } from '../../../apps/gateway/src/records/spool/record-chains.js';
import { leafOf } from '../../../libs/access/src/use-cases/gateways/incoming-record.js';
import { IngestedCalls } from '../../../libs/access/src/use-cases/gateways/ingested-calls.js';
import { accessRecord } from '../../../libs/gateway-protocol/src/records/access-record.js';
import { Warnings } from '../../../libs/log-verifier/src/faults.js';
import { GatewayChains } from '../../../libs/log-verifier/src/gateway-chains.js';
import { LeafData, type LeafOf } from '../../../libs/log-verifier/src/leaf-data.js';
import { allowed, BOOTS, head, outcome, refused } from '../../factories/spool-drafts.js';
import { VERIFIER_PORTS } from '../../support/log-copy.js';
import { gatewayIdentity } from '../../support/record-chain.js';

/**
 * The gateway chains a record, the broker translates it and makes its leaf, and the verifier makes the record again from the leaf.
 * They must agree on every member.
 */
const DIGEST = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`);
const WORD = fc.oneof(
  fc.stringMatching(/^[a-z0-9/{}%-]{1,40}$/),
  fc.constantFrom('é', '\u2028', '"\\', '\u{1f600}', '*'),
);
const optional = <T>(name: string, value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined }).map((each) => (each === undefined ? {} : { [name]: each }));

const CALL = fc
  .tuple(
    optional('trust', fc.option(DIGEST)),
    optional('requesterFacts', fc.constant({ country: { value: 'DE', verified: true } })),
    fc.record({
      route: WORD,
      resource: WORD,
      action: WORD,
      mode: fc.constantFrom('gateway', 'authz'),
      digest: DIGEST,
    }),
  )
  .map((members) => Object.assign({}, ...members) as object);
const ALLOWED = fc
  .tuple(
    CALL,
    optional('context', fc.constantFrom('hmac', 'none')),
    optional('tenantFrom', fc.constant('service')),
    optional('outcome', fc.constant('unknown')),
    optional('masked', fc.constant(true)),
    optional('file', fc.constant({ from: allowed().record.id, host: 'files.example' })),
    optional(
      'droppedHeaders',
      fc.array(fc.stringMatching(/^[a-z0-9-]{1,20}$/), { minLength: 1, maxLength: 4 }),
    ),
  )
  .map((members) => ({ ...allowed().record, ...Object.assign({}, ...members) }));
const REFUSED = fc
  .tuple(
    CALL,
    fc.record({ count: fc.integer({ min: 1, max: 99 }), code: WORD }),
    fc.constantFrom({}, { route: null, resource: null, action: null }),
  )
  .map((members) => ({ ...refused().record, ...Object.assign({}, ...members) }));
const OUTCOME = fc
  .tuple(
    fc.record({
      status: fc.option(fc.integer({ min: 100, max: 599 })),
      bytes: fc.nat(),
      bodySha256: fc.option(DIGEST),
      durationMs: fc.nat(),
      outcome: fc.constantFrom('completed', 'cut', 'failed', 'unknown'),
    }),
    optional('sentSha256', DIGEST),
    optional('maskedFields', fc.nat()),
    optional('withheld', fc.constantFrom('malformed', 'link')),
  )
  .map((members) => ({ ...outcome(allowed()).record, ...Object.assign({}, ...members) }));
const RECORD = fc.oneof(ALLOWED, REFUSED, OUTCOME, fc.constant(head().record)) as fc.Arbitrary<
  RecordDraft['record']
>;
const PREVIOUS = fc.option(
  fc.record({
    boot: fc.constant('01980000-0000-4000-8000-00000000000c'),
    seq: fc.integer({ min: 1, max: 9 }),
    hash: DIGEST,
  }),
);

const LANE = optional(
  'lane',
  fc.record(
    {
      number: fc.integer({ min: 0, max: 3 }),
      of: fc.integer({ min: 4, max: 64 }),
      // At most one record of each other lane.
      beside: fc
        .tuple(fc.integer({ min: 1, max: 9 }), DIGEST)
        .map(([seq, hash]) => [{ lane: 5, boot: BOOTS[1], seq, hash }]),
    },
    { requiredKeys: ['number', 'of'] },
  ),
);

const { publicKey, privateKey } = gatewayIdentity();

/** The text of a record that continues a chain; undefined if it is left to the writer of all records. */
const textOf = (record: RecordDraft['record'], seq: number, prev: string | null): string | undefined =>
  prev === null || (record.kind !== 'allowed' && record.kind !== 'outcome')
    ? undefined
    : RecordText.of(record)?.at(record, seq, prev);

test('gateway, broker and verifier agree on every member of a record, whatever it holds', async () => {
  const { gateway, boot } = allowed().record;
  /** Which members the records of each kind had: a member that none has was not tried. */
  const seen = new Set<string>();
  const enrolled = { id: gateway, publicKey } as Parameters<typeof incomingRecord>[1];
  await fc.assert(
    fc.asyncProperty(
      fc.array(RECORD, { minLength: 1, maxLength: 4 }),
      PREVIOUS,
      LANE,
      async (records, previous, lane) => {
        const calls = await IngestedCalls.begin({} as never, []);
        const warnings = new Warnings();
        const chains = new GatewayChains(VERIFIER_PORTS, () => ({ publicKey, revokedAt: null }), warnings);
        const { number = 0 } = (lane as { lane?: { number: number } }).lane ?? {};
        if (previous !== null)
          chains.state.newest.set(number === 0 ? gateway : `${gateway} ${number}`, previous);
        let prev: string | null = null;
        for (const [at, record] of records.entries()) {
          const place = at === 0 ? { seq: 1, prev, previous, ...(lane as object) } : { seq: at + 1, prev };
          const entry = { ...record, ...place };
          const signed =
            record.kind === 'head' ? { ...entry, signature: signRecord(entry as never, privateKey) } : entry;
          const text = textOf(record, place.seq, prev) ?? canonicalJson(signed);
          const sent = accessRecord.parse(JSON.parse(text));
          for (const name of Object.keys(sent)) seen.add(`${sent.kind} ${name}`);
          expect(sent).toEqual({ ...record, ...place, ...(record.kind === 'head' ? signed : {}) });
          prev = recordHash(sent);
          const incoming = incomingRecord(
            systemHashing,
            enrolled,
            { record: sent, openings: {} } as RecordEntry,
            at,
          );
          const leaf = {
            ...{ v: 1, at: sent.at, tenant: sent.tenant, seq: at, actor: gateway, commitments: {} },
            ...leafOf(gateway, boot, incoming, calls),
          } as LeafV1;
          await chains.take(new LeafData(at, JSON.parse(JSON.stringify(leaf)) as LeafV1) as LeafOf);
          const changed = { ...leaf, data: { ...leaf.data, gatewayHash: `sha256:${'0'.repeat(64)}` } };
          const others = new GatewayChains(
            VERIFIER_PORTS,
            () => ({ publicKey, revokedAt: null }),
            new Warnings(),
            structuredClone(chains.state),
          );
          expect(() => others.take(new LeafData(at, changed) as LeafOf)).toThrow();
        }
      },
    ),
    { numRuns: 100 },
  );
  for (const kind of ['allowed', 'refused', 'outcome', 'head'] as const)
    expect([kind, membersOfRecord(kind).filter(({ name }) => !seen.has(`${kind} ${name}`))]).toEqual([
      kind,
      [],
    ]);
});
