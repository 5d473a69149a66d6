/** @soak */

import {
  formatTlogPolicy,
  type LeafV1,
  type LogSource,
  parseTlogPolicy,
  SIGNATURE_TYPE,
  tilePath,
  verifierKey,
} from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import { filler } from '../../factories/filler.js';
import { logKey } from '../../factories/log-keys.js';
import { Attacker } from '../../support/attacker.js';
import { type Copies, copiesOf, faultOf, LogCopy, verifyCopies } from '../../support/log-copy.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { onlyInSoak, someRows } from '../../support/samples.js';
import { enginesOf, TestBroker } from '../harness.js';
import { expectStatus, makeGrant, makeRequest, mintToken, review } from '../story.js';

const witness = logKey('witness.acme.example/w1', 5);
const WITNESS = verifierKey(nodeHashing, witness.name, witness.publicKey, SIGNATURE_TYPE.cosignature);
const policy = parseTlogPolicy(
  nodeHashing,
  formatTlogPolicy({
    log: { vkey: verifierKey(nodeHashing, 'example.com/log', logKey('example.com/log', 1).publicKey) },
    witnesses: [{ vkey: WITNESS }],
    quorum: 1,
  }),
);

describe.each(enginesOf('PostgreSQL'))('P10: an attacker with the broker’s database (%s)', (engine) => {
  let broker: TestBroker;
  let attacker: Attacker;
  let gateway: RecordingGateway;
  /** The log before any attack. */
  let honest: Copies;
  let grant: string;

  beforeAll(async () => {
    broker = await TestBroker.start({ engine });
    attacker = new Attacker(broker);
    gateway = await RecordingGateway.enrol(broker);
    ({ grant } = await makeGrant(broker));
    await mintToken(broker, grant);
    honest = await copiesOf(broker);
  });
  afterAll(() => broker.close());

  /** The fault of the broker's logs as they are now, with the type of its leaf. */
  const faultNow = async (): Promise<string> => {
    const copies = await copiesOf(broker);
    const [code = '', index] = (await faultOf(copies)).split(' ');
    return index === undefined ? code : `${code} ${copies.tenant.leaves[Number(index)]?.type}`;
  };

  test('is not accused of anything before', async () => {
    expect(await faultNow()).toBe('none');
  });

  test('who inserts a grant that no one approved: its calls are under a grant that the log does not have', async () => {
    const inserted = await attacker.insertGrant(await attacker.grant(grant));
    const { id, digest, terms } = inserted;
    const chain = gateway.chain({ grant: id, digest, request: terms.request, person: terms.requester });
    await gateway.send(chain, [chain.add('allowed')]);
    expect(await faultNow()).toBe('unknown_grant access.allowed');
  });

  test('who restores an older database: the log goes back behind what was verified, and then forks', async () => {
    const { tenant, deployment } = honest;
    const { state } = await verifyCopies(honest);
    const older = { log: { source: tenant.source(tenant.leaves.length - 2), key: tenant.vkey } };
    expect(await faultOf(honest, { ...older, since: state })).toBe('rolled_back');
    const regrown = { tenant: tenant.copy(), deployment };
    regrown.tenant.drop(tenant.leaves.length - 2, 2);
    const { at } = tenant.leaves.at(-1) as LeafV1;
    for (const _each of [1, 2, 3])
      regrown.tenant.append({ type: 'notice.retried', at, actor: 'job', data: {} });
    expect(await faultOf(regrown)).toBe('none');
    expect(await faultOf(regrown, { since: state })).toBe('forked');
  });

  onlyInSoak(() => {
    test('who shows one follower an old checkpoint: it remembers a later one', async () => {
      const { state } = await verifyCopies(honest);
      const old = honest.tenant.source(honest.tenant.leaves.length - 1);
      expect(await faultOf(honest, { log: { source: old, key: honest.tenant.vkey }, since: state })).toBe(
        'rolled_back',
      );
    });
  });

  test('who shows a fork that its witness never saw: the cosignature is missing', async () => {
    const shown = { tenant: honest.tenant.copy(), deployment: honest.deployment };
    shown.tenant.witnesses = [witness];
    expect((await verifyCopies(shown, { policy })).witnessed).toEqual({
      isQuorum: true,
      cosignatures: [{ name: witness.name, vkey: 'w1', at: 1_800_000_000 }],
    });
    shown.tenant.witnesses = [];
    expect((await verifyCopies(shown, { policy })).witnessed).toMatchObject({
      isQuorum: false,
      cosignatures: [{ at: null }],
    });
  });

  onlyInSoak(() => {
    test('who gives a role by SQL: the review of its holder counts for nothing', async () => {
      const { tenantAuditor } = broker.persons;
      await attacker.sql(`UPDATE people SET roles = '["approver"]' WHERE id = '${tenantAuditor}'`);
      const request = await makeRequest(broker);
      expectStatus(await review(broker, 'reviewer', request), 201);
      const { status } = await review(broker, 'tenantAuditor', request);
      expect(status).toBe(201);
      const copies = await copiesOf(broker);
      // The first attack is still in the log: what came before this one is verified without it.
      const own = { tenant: copies.tenant.copy(), deployment: copies.deployment };
      own.tenant.drop(own.tenant.indexOf('access.allowed'));
      expect(await faultOf(own)).toBe(`role_not_held ${own.tenant.indexOf('request.reviewed', -1)}`);
    });
  });
});

describe('P10: a changed byte is found, whatever it belongs to', () => {
  let broker: TestBroker;
  let copies: Copies;
  beforeAll(async () => {
    broker = await TestBroker.start();
    const at = new Date().toISOString();
    await broker.host.store.forTenant('acme', (unit) =>
      unit.log.appendAll(Array.from({ length: 300 }, () => filler(at))),
    );
    await makeGrant(broker);
    copies = await copiesOf(broker);
    copies.tenant.witnesses = [witness];
  });
  afterAll(() => broker.close());

  /** The log with one byte flipped, which `place` finds in a file. */
  const flipped = (path: string, place: (bytes: Buffer) => number): LogSource => {
    const source = copies.tenant.source();
    const bytes = Buffer.from(source.files.get(path) ?? []);
    const at = place(bytes);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    source.files.set(path, bytes);
    return source;
  };
  const found = (source: LogSource) => faultOf(copies, { policy, log: { source, key: copies.tenant.vkey } });
  const last = (text: string) => (bytes: Buffer) => bytes.lastIndexOf(text);
  /** A place in the last signature whose flipped bit leaves base64: the note can still be read. */
  const stillBase64 = (bytes: Buffer) => {
    let at = last('=')(bytes) - 20;
    while (!/[B-Yb-y2-7]/.test(String.fromCharCode(bytes[at] ?? 0))) at -= 1;
    return at;
  };
  const partial = (level: number | 'entries', index: number, size: number) =>
    tilePath({ level, index, width: size % 256 });

  test.each(
    someRows<[string, RegExp, () => LogSource]>(
      [
        [
          'a leaf',
          /^changed_leaf \d+$/,
          () => flipped('tile/entries/000', (bytes) => bytes.indexOf('notice') + 9_000),
        ],
        ['a hash of a leaf', /^changed_leaf 2$/, () => flipped('tile/0/000', () => 70)],
        ['a hash of a tile above', /^changed_tile$/, () => flipped(partial(1, 0, 1), () => 5)],
        [
          'the size in the checkpoint',
          /^checkpoint$/,
          () => flipped('checkpoint', (bytes) => bytes.indexOf('\n') + 1),
        ],
        [
          'the root in the checkpoint',
          /^(checkpoint|wrong_root)$/,
          () => flipped('checkpoint', (bytes) => bytes.indexOf('\n') + 9),
        ],
        [
          'the log’s signature',
          /^checkpoint$/,
          () => flipped('checkpoint', (bytes) => bytes.indexOf('— countersign') + 110),
        ],
        ['a cosignature', /^bad_cosignature$/, () => flipped('checkpoint', stillBase64)],
        [
          'an opening',
          /^false_opening \d+$/,
          () =>
            flipped(
              `openings/${copies.tenant.indexOf('request.created')}`,
              (bytes) => bytes.indexOf('"value":"') + 12,
            ),
        ],
      ],
      2,
    ),
  )('%s', async (_what, expected, attack) => {
    expect(await found(attack())).toMatch(expected);
  });

  onlyInSoak(() => {
    test('leaves that change places, and a tail that is dropped', async () => {
      const swapped = copies.tenant.copy();
      const [a, b] = [copies.tenant.indexOf('grant.started'), copies.tenant.indexOf('request.created')];
      [swapped.leaves[a], swapped.leaves[b]] = [swapped.leaves[b] as never, swapped.leaves[a] as never];
      [swapped.openings[a], swapped.openings[b]] = [
        swapped.openings[b] as never,
        swapped.openings[a] as never,
      ];
      expect(await faultOf({ ...copies, tenant: swapped })).toBe(`unknown_request ${b}`);
      const size = copies.tenant.leaves.length;
      const { state } = await verifyCopies(copies);
      const tail = { source: copies.tenant.source(size - 1), key: copies.tenant.vkey };
      expect(await faultOf(copies, { log: tail, since: state })).toBe('rolled_back');
      const cut = copies.tenant.source();
      cut.files.delete(partial('entries', Math.floor(size / 256), size));
      expect(await found(cut)).toBe('missing_tile');
    });

    test('a deployment’s log that is another than this log names', async () => {
      const { size, root } = (await verifyCopies(copies)).deployment;
      const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
      const { origin } = own.deployment;
      const { at } = own.tenant.leaves.at(-1) as LeafV1;
      own.tenant.append({
        ...{ type: 'deployment.checkpoint', at, actor: 'job' },
        data: { origin, size, root },
      });
      expect(await faultOf(own)).toBe('none');
      own.deployment.append({ type: 'notice.retried', at, actor: 'job', data: {} });
      expect(await faultOf(own)).toBe('none');
      own.deployment.edit(3, { actor: 'job' });
      expect(await faultOf(own)).toBe(`deployment_forked ${own.tenant.indexOf('deployment.checkpoint')}`);
      own.deployment = new LogCopy(origin, own.deployment.leaves.slice(0, 5), []);
      expect(await faultOf(own)).not.toBe('none');
    });

    test('a deployment’s log under another epoch, which would take it out of the comparison', async () => {
      const { origin } = copies.deployment;
      const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy(`${origin}/2`) };
      const named = own.tenant.indexOf('deployment.checkpoint');
      const { data } = own.tenant.leaves[named] as LeafV1;
      expect(await faultOf(own)).toBe(`deployment_forked ${named}`);
      own.deployment = copies.deployment;
      for (const other of ['countersign/dep_other/deployment', `${origin}/3`]) {
        own.tenant.edit(named, { data: { ...data, origin: other } });
        expect(await faultOf(own)).toBe(`deployment_forked ${named}`);
      }
    });

    test('a policy that was loosened afterwards, and dated before', async () => {
      const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
      // The review of the vendor is gone, and a policy that needs none is added. It is dated before the grant, but not before
      // the leaf before it: the first ones are older than this test, and that alone would be found.
      own.tenant.drop(own.tenant.indexOf('request.reviewed'));
      const { actor, data } = own.deployment.leaves[own.deployment.indexOf('vendor.applied')] as LeafV1;
      const { at } = own.deployment.leaves.at(-1) as LeafV1;
      const { before, after } = data as { before: object; after: { policy: object } };
      const loosened = { ...after, policy: { ...after.policy, vendorReviews: 0 } };
      own.deployment.append({ type: 'vendor.applied', at, actor, data: { before, after: loosened } });
      expect(await faultOf(own)).toBe(`not_approved ${own.tenant.indexOf('grant.started')}`);
      // With a moment of the log between that is later than clocks may differ, the leaf itself is found.
      const minutesLater = new Date(Date.parse(at) + 600_000).toISOString();
      const { origin, size, root } = (await verifyCopies(copies)).deployment;
      const index = own.tenant.indexOf('deployment.checkpoint');
      own.tenant.insert(index, {
        ...{ type: 'deployment.checkpoint', at: minutesLater, actor: 'job', data: { origin, size, root } },
      });
      expect(await faultOf(own)).toBe(`backdated ${index}`);
    });

    test('sealed days: one is missing, one comes twice, one is longer', async () => {
      const seal = (own: Copies, day: string, change: object = {}) =>
        own.tenant.append({
          ...{ type: 'log.sealed', at: `${day}T23:59:59.000Z`, actor: 'job', data: { day }, ...change },
        });
      const { data } = copies.tenant.leaves[copies.tenant.indexOf('grant.started')] as LeafV1;
      const ways = [{ kind: 'grant', id: data['grant'] }];
      const stated = { zero: false, ways, more: 0, gateways: [], moreGateways: 0 };
      const first = Date.parse(copies.tenant.dayToSeal);
      const next = (days: number) => new Date(first + days * 86_400_000).toISOString().slice(0, 10);
      const faultAfter = async (days: [number, object?][]) => {
        const own = { tenant: copies.tenant.copy(), deployment: copies.deployment };
        let index = 0;
        for (const [day, change] of days) {
          index = seal(own, next(day), change);
          const { at } = own.tenant.leaves[index] as LeafV1;
          own.tenant.append({ type: 'standing.stated', at, actor: 'job', data: stated });
        }
        return (await faultOf(own)).replace(` ${index}`, ' there');
      };
      expect(await faultAfter([[0], [1], [2]])).toBe('none');
      expect(await faultAfter([[0], [2]])).toBe('seal_missing there');
      expect(await faultAfter([[1]])).toBe('seal_missing there');
      expect(await faultAfter([[0], [1], [1]])).toBe('seal_repeated there');
      expect(await faultAfter([[0], [1, { commitments: { seal: `c1:${'A'.repeat(43)}` } }]])).toBe(
        'seal_length there',
      );
    });
  });
});
