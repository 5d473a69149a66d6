/** @soak */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AnchorFile, type LeafV1, verifierKey } from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import {
  type ApprovalStatement,
  type PracticeStatement,
  type Signature,
  type StopStatement,
  statementHash,
  type TrustDocument,
  toInstant,
} from '@countersign/contract';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { logKey } from '../../factories/log-keys.js';
import { AT } from '../../factories/trust.js';
import { Authenticator } from '../../support/authenticator.js';
import { claim, trustOf } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import { type Copies, copiesOf, faultOf, restoredCopy, verifyCopies } from '../../support/log-copy.js';
import type { RecordedGrant } from '../../support/record-chain.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { onlyInSoak, rowsOfEachKind } from '../../support/samples.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';
import { expectStatus, makeRequest, mintToken, type RequestBody, readRequest, review } from '../story.js';

let broker: TestBroker;
let copies: Copies;
let gateway: RecordingGateway;
let ada: Customer;
let under: RecordedGrant;
/** The fingerprint of the tenant's trust document. */
let trust: string;
let anchor: AnchorFile & { deploymentVkey: string };

/** How long the trust document is valid. A token lives for five minutes. */
const VALID_S = 200;
/** A moment after the end of the document, before the end of the token. */
const AFTER_DOCUMENT_S = 240;

/** A tenant of two approvers that requires both of their passkeys, except to list. */
beforeAll(async () => {
  broker = await TestBroker.start();
  gateway = await RecordingGateway.enrol(broker);
  ada = await Customer.of(broker, 'approver');
  const bob = await Customer.of(broker, 'secondApprover');
  ({ hash: trust } = await claim([ada, bob], {
    ...{ approvals: 2, threshold: 2, countersign: { exceptActions: ['list'] } },
    // It ends while a token of this test is still valid.
    validUntil: toInstant(new Date(broker.clock.now().getTime() + VALID_S * 1_000)),
  }));
  // Clocks differ: a token minted within five seconds of the claim counts as one from before it.
  broker.clock.advance(10);
  // There is none before both logs have their keys.
  anchor = (await eventually(
    'there is an anchor file',
    async () => (await trustOf(ada)).anchor,
  )) as typeof anchor;
  const request = await makeRequest(broker);
  expectStatus(await review(broker, 'reviewer', request), 201);
  await approve(ada, request);
  await approve(bob, request);
  const { grant } = await readRequest(broker, request.id);
  await mintToken(broker, String(grant));
  under = {
    grant: String(grant),
    request: request.id,
    digest: request.digest,
    person: broker.persons.engineer,
  };
  const chain = gateway.chain(under);
  await gateway.send(chain, [chain.add('allowed', { change: { trust } }), chain.add('head')]);
  const { statement } = await ada.ask<{ statement: StopStatement }>('GET', 'stops/statement');
  expectStatus(await ada.call('POST', 'stops', { countersignature: ada.key.sign(statement, AT) }), 201);
  copies = await copiesOf(broker);
}, 60_000);
afterAll(() => broker.close());

async function approve(by: Customer, { id, digest }: RequestBody): Promise<void> {
  const path = `/api/v1/requests/${id}`;
  const { statement } = await by.ask<{ statement: ApprovalStatement }>('GET', `${path}/statement`);
  const countersignature = by.key.sign(statement, AT);
  const body = { decision: 'approve', digest, countersignature };
  expectStatus(await by.call('POST', `${path}/reviews`, body), 201);
}

const lastAt = ({ tenant }: Copies) => (tenant.leaves.at(-1) as LeafV1).at;

async function attacked(attack: (copies: Copies) => number | undefined): Promise<string> {
  const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
  const index = attack(own);
  return (await faultOf(own, { anchor })).replace(` ${index}`, ' there');
}

/** The place and the countersignature of the first approver's review. */
function signed({ tenant }: Copies): {
  index: number;
  signature: Signature<ApprovalStatement>;
  data: object;
} {
  const index = tenant.leaves.findIndex(({ data }) => (data['countersignature'] ?? null) !== null);
  const { data } = tenant.leaves[index] as LeafV1;
  return { index, data, signature: data['countersignature'] as Signature<ApprovalStatement> };
}

function resigned(own: Copies, change: object): number {
  const { index, data, signature } = signed(own);
  own.tenant.edit(index, { data: { ...data, countersignature: { ...signature, ...change } } });
  return index;
}

/** A call that a colluding gateway has recorded. */
function forge(own: Copies, change: Record<string, unknown>, after = 1): number {
  const minted = own.tenant.leaves[own.tenant.indexOf('token.minted')] as LeafV1;
  const at = new Date(Date.parse(minted.at) + after * 1_000).toISOString();
  return own.tenant.appendRecord(gateway.chain(under).add('allowed', { change: { at, trust, ...change } }));
}

/** A practice in which the first approver answered with her passkey. @param change what the leaf says, beside what she signed */
function practised(
  own: Copies,
  change: object = {},
  sign = (statement: PracticeStatement) => ada.key.sign(statement, AT),
) {
  const { deployment, tenant, person } = signed(own).signature.statement;
  const { at } = own.tenant.leaves[own.tenant.indexOf('trust.adopted')] as LeafV1;
  const [opened, dueAt] = [Date.parse(at), Date.parse(at) + 7 * 86_400_000].map((each) =>
    toInstant(new Date(each)),
  );
  const practice = 'prc_0199f0a0-7b2c-7009-8000-000000000001';
  const ask = { action: 'read', resource: 'invoices', seconds: 900 } as const;
  const answer = { expected: ask, asked: ask, decision: 'approve' } as const;
  const statement: PracticeStatement = {
    ...{ type: 'countersign/practice/v1', deployment, tenant, practice, person, ...answer },
    ...{ notBefore: opened as string, notAfter: dueAt as string },
  };
  own.tenant.append({
    ...{ type: 'practice.opened', at, actor: 'job' },
    data: { practice, occasion: 'quarter:2026-10-01', missed: [], people: [person], more: 0, dueAt },
  });
  const result = { result: 'passed', passkey: 'worked', channel: 'web', seconds: 0 };
  return own.tenant.append({
    ...{ type: 'practice.answered', at, actor: person as 'job' },
    data: { practice, ...answer, ...result, countersignature: sign(statement), ...change },
  });
}

describe('P12: the log of a claimed tenant', () => {
  test('verifies, from the fingerprint in the anchor file', async () => {
    expect(await verifyCopies(copies, { anchor })).toMatchObject({
      trust,
      calls: 1,
      grants: 1,
      // The gateway of this test is new.
      warnings: [{ code: 'first_run' }],
    });
  });

  test('verifies with an answer to a practice that the approver signed', async () => {
    expect(await attacked((own) => void practised(own))).toBe('none');
  });

  test.each(
    rowsOfEachKind<[string, string, (own: Copies) => number | undefined]>(
      [
        [
          'an answer to a practice other than the signed one',
          'bad_countersignature there',
          (own) => practised(own, { decision: 'deny', result: 'wrong' }),
        ],
        [
          'an answer to a practice that another key signed',
          'bad_countersignature there',
          (own) =>
            practised(own, {}, (statement) => ({
              ...ada.key.sign(statement, AT),
              credential: 'AAAAAAAAAAAAAAAAAAAAAA',
            })),
        ],
        [
          'a countersignature that was left out',
          'countersignature_required there',
          (own) => {
            const { index, data } = signed(own);
            own.tenant.edit(index, { data: { ...data, countersignature: null } });
            return index;
          },
        ],
        [
          'a countersignature of another key',
          'bad_countersignature there',
          (own) => resigned(own, { credential: 'AAAAAAAAAAAAAAAAAAAAAA' }),
        ],
        [
          'an answer to a practice in the place of an approval',
          'unreadable_leaf there',
          (own) => {
            const { deployment, tenant, person } = signed(own).signature.statement;
            const ask = { action: 'read', resource: 'invoices', seconds: 900 } as const;
            const practice: PracticeStatement = {
              ...{ type: 'countersign/practice/v1', deployment, tenant, person, decision: 'approve' },
              ...{ practice: 'prc_0199f0a0-7b2c-7009-8000-000000000001', expected: ask, asked: ask },
              ...{ notBefore: '2026-11-24T15:00:00Z', notAfter: '2026-12-01T15:00:00Z' },
            };
            return resigned(own, ada.key.sign(practice, AT));
          },
        ],
        [
          'a flipped bit in a countersignature',
          'bad_countersignature there',
          (own) => {
            const bytes = Buffer.from(signed(own).signature.signature, 'base64url');
            bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
            return resigned(own, { signature: bytes.toString('base64url') });
          },
        ],
        [
          'a statement that names another root of this log',
          'statement_of_fork there',
          (own) => {
            const { signature } = signed(own);
            const log = { ...signature.statement.log, root: Buffer.alloc(32).toString('base64') };
            const statement = { ...signature.statement, log };
            return resigned(own, ada.key.sign(statement, AT));
          },
        ],
        [
          'a log that was rewritten before a statement was signed',
          'statement_of_fork there',
          (own) => {
            const leaf = own.tenant.indexOf('person.add');
            const { at } = own.tenant.leaves[leaf] as LeafV1;
            own.tenant.edit(leaf, { at: new Date(Date.parse(at) + 1).toISOString() });
            return signed(own).index;
          },
        ],
        [
          'one approval of two',
          'not_approved there',
          (own) => {
            own.tenant.drop(signed(own).index);
            return own.tenant.indexOf('grant.started');
          },
        ],
        [
          'a trust document without one of its signatures',
          'trust_chain there',
          (own) => {
            own.tenant.drop(own.tenant.indexOf('trust.signed'));
            return own.tenant.indexOf('trust.adopted');
          },
        ],
        [
          'another trust document than was proposed',
          'trust_chain there',
          (own) => {
            const index = own.tenant.indexOf('trust.proposed');
            const document = own.tenant.leaves[index]?.data['document'] as object;
            return own.tenant.change('trust.proposed', { document: { ...document, approvals: 1 } });
          },
        ],
        [
          'a role that the vendor’s side gave',
          'widened_by_host there',
          (own) =>
            own.tenant.append({
              ...{ type: 'person.change', at: '2026-11-24T10:00:00.000Z', actor: 'host' },
              data: { person: broker.persons.tenantAuditor, before: ['auditor'], after: ['approver'] },
            }),
        ],
        [
          'a person who added themselves',
          'role_not_held there',
          (own) => {
            const { approver } = broker.persons;
            const person = `${approver.slice(0, -1)}${approver.endsWith('0') ? '1' : '0'}` as LeafV1['actor'];
            return own.tenant.append({
              ...{ type: 'person.add', at: lastAt(own), actor: person },
              data: { person, before: null, after: ['approver', 'admin'] },
            });
          },
        ],
        [
          'a reviewer of the vendor who is added to the tenant’s people',
          'changed_outside_log there',
          (own) =>
            own.tenant.append({
              ...{
                type: 'person.add',
                at: lastAt(own),
                actor: broker.persons.tenantAdmin as LeafV1['actor'],
              },
              data: { person: broker.persons.reviewer, before: null, after: ['auditor'] },
            }),
        ],
        [
          'controls that the vendor’s side widened',
          'widened_by_host there',
          (own) => {
            const before = own.tenant.leaves[own.tenant.indexOf('tenant.add')]?.data['after'] as object;
            return own.tenant.append({
              ...{ type: 'tenant.change', at: '2026-11-24T10:00:00.000Z', actor: 'host' },
              data: { tenant: 'acme', before, after: { ...before, countersign: [] } },
            });
          },
        ],
        [
          'a stop that nobody signed',
          'bad_stop there',
          (own) => {
            const index = own.tenant.indexOf('trust.stopped');
            const signature = own.tenant.leaves[index]?.data['signature'] as Signature<StopStatement>;
            const statement = { ...signature.statement, nonce: Buffer.alloc(32, 1).toString('base64url') };
            return own.tenant.change('trust.stopped', { signature: { ...signature, statement } });
          },
        ],
        [
          'a stop that is shown as a lift',
          'bad_stop there',
          (own) => {
            const index = own.tenant.indexOf('trust.stopped');
            const { digest: _digest, ...data } = (own.tenant.leaves[index] as LeafV1).data;
            own.tenant.edit(index, { type: 'trust.lifted', data: { ...data, stop: 'stp_0' } });
            return index;
          },
        ],
        [
          'another document than the one that was signed',
          'trust_chain there',
          (own) => own.tenant.change('trust.adopted', { hash: `sha256:${'0'.repeat(64)}` }),
        ],
        [
          'a document that is adopted twice',
          'unknown_request there',
          (own) => {
            const index = own.tenant.indexOf('trust.adopted');
            own.tenant.insert(index + 1, structuredClone(own.tenant.leaves[index] as LeafV1));
            return index + 1;
          },
        ],
        [
          'an older stop of less in the place of a stop',
          'bad_stop there',
          (own) => {
            const stop = own.tenant.leaves[own.tenant.indexOf('trust.stopped')] as LeafV1;
            const { statement } = stop.data['signature'] as Signature<StopStatement>;
            const signature = ada.key.sign({ ...statement, digest: under.digest }, AT);
            const { type, at, actor, data } = stop;
            return own.tenant.append({ type, at, actor, data: { ...data, digest: under.digest, signature } });
          },
        ],
        [
          'a stop that begins once more, later',
          'bad_stop there',
          (own) => {
            const { type, at, actor, data } = own.tenant.leaves[
              own.tenant.indexOf('trust.stopped')
            ] as LeafV1;
            return own.tenant.append({ type, at, actor, data });
          },
        ],
        [
          'a removed passkey that counts again',
          'changed_outside_log there',
          (own) => {
            const { type, at, actor, data } = own.tenant.leaves[
              own.tenant.indexOf('passkey.enrolled')
            ] as LeafV1;
            const { credential, person } = data;
            own.tenant.append({ type: 'passkey.removed', at, actor, data: { credential, person } });
            return own.tenant.append({ type, at, actor, data });
          },
        ],
        [
          'a role that someone of the vendor’s staff gave',
          'role_not_held there',
          (own) =>
            own.tenant.append({
              ...{ type: 'person.change', at: '2026-11-24T10:00:00.000Z' },
              actor: broker.persons.securityAdmin as 'job',
              data: { person: broker.persons.tenantAuditor, before: ['auditor'], after: ['approver'] },
            }),
        ],
        ['a call after the customer’s stop', 'stopped there', (own) => forge(own, {}, 60)],
        [
          'a call by a trust document that was never in force',
          'not_countersigned there',
          (own) => forge(own, { trust: `sha256:${'0'.repeat(64)}` }),
        ],
        ...['a gateway that pinned it', 'one that did not'].map(
          (gateway, place): [string, string, (own: Copies) => number] => [
            `a call that the trust document does not allow, at ${gateway}`,
            'not_countersigned there',
            (own) => {
              own.tenant.drop(own.tenant.indexOf('trust.stopped'));
              return forge(own, place === 0 ? {} : { trust: null }, AFTER_DOCUMENT_S);
            },
          ],
        ),
        [
          'a token minted after the stop',
          'not_allowed there',
          (own) => {
            const { type, at, actor, data } = own.tenant.leaves[own.tenant.indexOf('token.minted')] as LeafV1;
            return own.tenant.append({ type, at, actor, data: { ...data, jti: 'another' } });
          },
        ],
      ],
      ([, expected]) => expected,
    ),
  )('%s', async (_what, expected, attack) => {
    expect(await attacked(attack)).toBe(expected);
  });

  test('that began with another document than the anchor file names', async () => {
    const other = { ...anchor, trust: `sha256:${'0'.repeat(64)}` };
    expect(await faultOf(copies, { anchor: other })).toMatch(/^trust_chain /);
    expect(await faultOf(copies, { anchor: { ...anchor, tenant: 'globex' } })).toBe('wrong_log');
  });

  test('that leaves out that the tenant is claimed', async () => {
    const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
    own.tenant.drop(own.tenant.indexOf('trust.proposed'), Number.POSITIVE_INFINITY);
    expect(await faultOf(own, { anchor })).toBe('trust_chain');
  });

  test('whose trust the vendor has reset, and begun again with keys of its own', async () => {
    const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
    const { tenant } = own;
    const { at, data } = tenant.leaves[tenant.indexOf('trust.proposed')] as LeafV1;
    const { prev: _prev, ...first } = data['document'] as TrustDocument;
    const keys = first.people.map(() => [new Authenticator(), new Authenticator()]);
    const people = first.people.map(({ person }, place) => ({
      person,
      passkeys: (keys[place] ?? []).map(({ passkey }) => passkey),
    }));
    const document = { ...first, people } as TrustDocument;
    const hash = statementHash(nodeHashing, document);
    const append = (type: string, more: Record<string, unknown>) =>
      tenant.append({ type, at, actor: 'host', data: { proposal: 'forged', hash, ...more } });
    tenant.append({ type: 'trust.reset', at, actor: 'host', data: {} });
    append('trust.proposed', { document });
    for (const [place, { person }] of people.entries())
      for (const key of keys[place] ?? []) {
        const { statement: _statement, ...signature } = key.sign(document, AT);
        append('trust.signed', { person, signature });
      }
    const adopted = append('trust.adopted', { chain: 2, seq: 1 });
    expect(await faultOf(own, { anchor })).toBe(`trust_chain ${adopted}`);
    // If the tenant's own people have done it, they have downloaded another anchor file since then.
    expect(await faultOf(own, { anchor: { ...anchor, trust: hash } })).toBe('none');
  });

  onlyInSoak(() => {
    test('a mirror and log verify take the keys of both logs from the anchor file, not from the broker', async () => {
      const folder = await tempFolder('anchored');
      const [file, other] = [join(folder, 'anchor.json'), join(folder, 'other.json')];
      const { vkey, deploymentVkey } = anchor;
      await writeFile(file, JSON.stringify(anchor));
      // The same name with the key of someone else.
      const { publicKey } = logKey('x', 3);
      const [name = ''] = deploymentVkey.split('+');
      await writeFile(
        other,
        JSON.stringify({ ...anchor, deploymentVkey: verifierKey(nodeHashing, name, publicKey) }),
      );
      const countersign = async (...argv: string[]) => {
        const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys.tenantAdmin };
        const terminal = new Terminal(env, '', broker.clock);
        return { exit: await run(['log', ...argv], terminal), said: terminal.err };
      };
      const mirror = join(folder, 'mirror');
      const first = await countersign('mirror', mirror, '--anchor', file);
      expect(first).toMatchObject({ exit: 0, said: expect.not.stringContaining('the key is the one that') });
      expect(await readFile(join(mirror, 'vkey'), 'utf8')).toBe(`${vkey}\n`);
      expect(await readFile(join(mirror, 'deployment/vkey'), 'utf8')).toBe(`${deploymentVkey}\n`);
      expect(await countersign('verify', mirror, '--anchor', file)).toMatchObject({ exit: 0 });
      for (const argv of [
        ['mirror', join(folder, 'again'), '--anchor', other],
        ['verify', mirror, '--anchor', other],
      ])
        expect(await countersign(...argv)).toMatchObject({
          exit: 1,
          said: expect.stringContaining('error[checkpoint]'),
        });
      expect(
        await countersign('mirror', join(folder, 'other'), '--anchor', file, '--tenant', 'globex'),
      ).toMatchObject({ exit: 1, said: expect.stringContaining('error[anchor_differs]') });
      await removeFolder(folder);
    });

    test('a restore that kept nothing has lost what the anchor file knows', async () => {
      const { tenant, deployment } = copies;
      const { at } = tenant.leaves.at(-1) as LeafV1;
      const size = tenant.leaves.length;
      const restored = (keptSize: number): Copies => ({
        tenant: restoredCopy(tenant, at, { kept: keptSize, lost: size - keptSize }),
        deployment: restoredCopy(deployment, at),
      });
      const lost = async (keptSize: number, options: object) =>
        (await verifyCopies(restored(keptSize), options)).succession?.lost;
      // The log's key is that of the file: of the first epoch.
      const known = { anchor, log: undefined };
      const of = (keptSize: number) => ({
        ...known,
        log: { source: restored(keptSize).tenant.source(), key: tenant.vkey },
      });
      expect(await lost(0, of(0))).toBe(size);
      expect(await lost(size, of(size))).toBe(0);
      const adopted = tenant.indexOf('trust.adopted');
      expect(await lost(adopted, of(adopted))).toBe(size - adopted);
      expect(await lost(adopted + 1, of(adopted + 1))).toBe(0);
      expect(await lost(0, { ...of(0), anchor: undefined })).toBe(0);
    });

    test('a gateway that had not pinned the document is told, and is no fault', async () => {
      const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
      const index = forge(own, { trust: null });
      const { warnings } = await verifyCopies(own, { anchor });
      expect(warnings).toContainEqual(expect.objectContaining({ code: 'unpinned_gateway', index, count: 1 }));
    });
  });
});
