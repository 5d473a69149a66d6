import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeafV1 } from '@countersign/audit-log';
import { encodeBase64url } from '@countersign/contract';
import type { VerifiedState } from '@countersign/log-verifier';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { Attacker } from '../../support/attacker.js';
import { type Copies, copiesOf, faultOf, verifyCopies } from '../../support/log-copy.js';
import type { RecordedGrant } from '../../support/record-chain.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';
import { makeGrant, mintToken } from '../story.js';

/**
 * A customer mirrors and verifies its log each day, from where the last run ended. What the vendor changes afterwards is found as if
 * the log were verified for the first time.
 */
let broker: TestBroker;
let gateway: RecordingGateway;
let under: RecordedGrant;
let honest: Copies;
let state: VerifiedState;

beforeAll(async () => {
  broker = await TestBroker.start();
  gateway = await RecordingGateway.enrol(broker);
  const { request, grant } = await makeGrant(broker);
  await mintToken(broker, grant);
  const person = broker.persons.engineer;
  under = { grant, request: request.id, digest: request.digest, person };
  const chain = gateway.chain(under);
  const allowed = chain.add('allowed');
  await gateway.send(chain, [allowed, chain.add('outcome', { id: allowed.record.id }), chain.add('head')]);
  honest = await copiesOf(broker);
  ({ state } = await verifyCopies(honest));
});
afterAll(() => broker.close());

const leafOf = ({ tenant }: Copies, index: number) => tenant.leaves[index] as LeafV1;

/** Appends the event of an erasure by the customer's admin, some days after the leaf. */
function erase(
  copies: Copies,
  type: string,
  days: number,
  fields = Object.keys(commitmentsOf(copies, type)),
) {
  const { tenant } = copies;
  const leaf = tenant.indexOf(type);
  const at = new Date(Date.parse(leafOf(copies, leaf).at) + days * 86_400_000).toISOString();
  return tenant.append({
    ...{ type: 'opening.erased', at, actor: broker.persons.tenantAdmin as 'job' },
    data: { leaf, fields, authority: 'tenant-admin' },
  });
}

const commitmentsOf = (copies: Copies, type: string) =>
  leafOf(copies, copies.tenant.indexOf(type)).commitments;

const forget = ({ tenant }: Copies, type: string) => {
  tenant.openings[tenant.indexOf(type)] = {};
};

describe('P10: a run that goes on from an earlier one finds what a first run finds', () => {
  test.each<[string, string, (copies: Copies) => number | undefined]>([
    [
      'a reason that was erased on the same day',
      'wrong_erasure',
      (copies) => {
        forget(copies, 'request.created');
        return erase(copies, 'request.created', 0);
      },
    ],
    [
      'the same, of which the mirror has kept the value',
      'wrong_erasure',
      (copies) => erase(copies, 'request.created', 0),
    ],
    [
      'the path of a call that was erased after 89 days',
      'wrong_erasure',
      (copies) => erase(copies, 'access.allowed', 89),
    ],
    [
      'the erasure of a value that its leaf never had',
      'wrong_erasure',
      (copies) => erase(copies, 'request.created', 91, ['secret']),
    ],
    [
      'a reason that was rewritten at the server',
      'false_opening',
      ({ tenant }) => {
        const index = tenant.indexOf('request.created');
        const salt = encodeBase64url(new Uint8Array(32));
        for (const name of Object.keys(tenant.openings[index] ?? {}))
          tenant.openings[index] = { ...tenant.openings[index], [name]: { value: 'another', salt } };
        return index;
      },
    ],
    [
      'a reason that was deleted at the server, in silence',
      'missing_opening',
      (copies) => {
        forget(copies, 'request.created');
        return copies.tenant.indexOf('request.created');
      },
    ],
    [
      'the path of a call that was deleted at the server',
      'missing_opening',
      (copies) => {
        forget(copies, 'access.allowed');
        return copies.tenant.indexOf('access.allowed');
      },
    ],
  ])('%s: %s', async (_what, code, attack) => {
    const copies: Copies = { tenant: honest.tenant.copy(), deployment: honest.deployment };
    const index = attack(copies);
    expect(await faultOf(copies)).toBe(`${code} ${index}`);
    expect(await faultOf(copies, { since: state })).toBe(`${code} ${index}`);
  });

  test('an erasure after 90 days is none, whether or not the value is still in the copy', async () => {
    for (const isGone of [true, false]) {
      const copies: Copies = { tenant: honest.tenant.copy(), deployment: honest.deployment };
      if (isGone) forget(copies, 'request.created');
      const index = erase(copies, 'request.created', 91);
      const [first, next] = [await verifyCopies(copies), await verifyCopies(copies, { since: state })];
      expect(next.warnings).toEqual(first.warnings);
      expect(next.warnings).toContainEqual(expect.objectContaining({ code: 'erased', index, count: 1 }));
      expect(next.state).toEqual(first.state);
    }
  });

  test('a bundle that the server has lost since is missing', async () => {
    const { files } = honest.tenant.source();
    const bundle = [...files.keys()].find((path) => path.startsWith('tile/entries/')) ?? '';
    const source = { read: (path: string) => Promise.resolve(path === bundle ? undefined : files.get(path)) };
    const log = { source, key: honest.tenant.vkey };
    expect(await faultOf(honest, { log, since: state })).toBe('missing_tile');
  });

  test('a route map that is opened only now decides about earlier calls', async () => {
    const copies: Copies = { tenant: honest.tenant.copy(), deployment: honest.deployment.copy() };
    const chain = gateway.chain(under);
    // Said to be the call of an invoice.
    const call = copies.tenant.appendRecord(chain.add('allowed', { path: '/tenants/acme/payroll' }));
    copies.tenant.appendRecord(chain.add('head'));
    const applied = copies.deployment.indexOf('service.applied');
    const definition = copies.deployment.openings[applied] ?? {};
    copies.deployment.openings[applied] = {};
    const blind = await verifyCopies(copies);
    expect(blind.warnings).toContainEqual(expect.objectContaining({ code: 'route_map_unknown' }));
    copies.deployment.openings[applied] = definition;
    expect(await faultOf(copies)).toBe(`wrong_route ${call}`);
    expect(await faultOf(copies, { since: blind.state })).toBe(`wrong_route ${call}`);
  });
});

describe('P10: log mirror and log verify --state, day after day', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await tempFolder('continued');
  });
  afterAll(() => removeFolder(folder));

  async function countersign(...argv: string[]) {
    const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys.approver };
    const terminal = new Terminal(env, '');
    const exit = await run([...argv, '--json'], terminal);
    return { exit, document: JSON.parse(terminal.out || '{}') as Record<string, unknown> };
  }

  test('a further run reads every value again: what the vendor deletes, rewrites or erases too early after the last one is a fault, and the mirror keeps its own', async () => {
    const place = `${broker.url}/log/acme`;
    const key = (await broker.call('approver', 'GET', '/log/acme/vkey')).text.trim();
    const state = join(folder, 'acme.json');
    const { index } = (
      (await broker.call('approver', 'GET', '/api/v1/tenants/acme/events?type=request.created')).body as {
        items: { index: number }[];
      }
    ).items[0] as { index: number };
    const mirror = join(folder, 'mirror');
    const file = join(mirror, 'openings', String(index));
    const copy = () => countersign('log', 'mirror', mirror);
    const follow = () => countersign('log', 'verify', place, '--vkey', key, '--state', state);
    const verifyCopy = () =>
      countersign('log', 'verify', mirror, '--vkey', key, '--state', `${state}.mirror`);
    for (const each of [copy, follow, verifyCopy]) expect(await each()).toMatchObject({ exit: 0 });
    const bytes = await readFile(file, 'utf8');
    const { commitments } = await broker.host.store.readForTenant('acme', async ({ events }) =>
      JSON.parse((await events.leaves(index, index + 1))[0] ?? ''),
    );
    const attacker = new Attacker(broker);
    const where = `commitment = '${commitments.justification}'`;
    const [row] = await attacker.rows<Record<string, string>>(`SELECT * FROM openings WHERE ${where}`);
    const expectFault = async (command: typeof copy, code: string, leaf = index) =>
      expect(await command()).toMatchObject({ exit: 1, document: { verified: false, code, index: leaf } });

    await attacker.sql(`UPDATE openings SET value = 'another reason' WHERE ${where}`);
    for (const each of [copy, follow]) await expectFault(each, 'false_opening');
    await attacker.sql(`DELETE FROM openings WHERE ${where}`);
    for (const each of [copy, follow]) await expectFault(each, 'missing_opening');
    // The copy is what it was, and goes on: only the server is at fault.
    expect(await readFile(file, 'utf8')).toBe(bytes);
    await makeGrant(broker);
    await expectFault(copy, 'missing_opening');
    const { size } = JSON.parse(await readFile(join(mirror, 'state.json'), 'utf8'));
    expect(await verifyCopy()).toMatchObject({ exit: 0, document: { size } });
    // An event of the same day explains nothing, in the copy either.
    const erased = await broker.host.store.forTenant('acme', (unit) =>
      unit.log.append({
        ...{ type: 'opening.erased', at: new Date().toISOString(), actor: broker.persons.approver },
        data: { leaf: index, fields: ['justification'], authority: 'tenant-admin' },
      }),
    );
    for (const each of [copy, follow, verifyCopy]) await expectFault(each, 'wrong_erasure', erased.index);
    expect(await readFile(file, 'utf8')).toBe(bytes);
    await attacker.insert('openings', row as Record<string, string>);
  });
});
