/** @soak */

import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiKey, openDueDemands, recordAccessHeads } from '@countersign/access';
import { replaySealedLog } from '@countersign/log-verifier';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { organisation } from '../../factories/organisation.js';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { KeptCalls, reachedAsRecorded } from '../../support/call-gateway.js';
import { gatewayEnv } from '../../support/environments.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { Inside } from '../../support/inside.js';
import { copiesOf, faultOf, LogCopy, VERIFIER_PORTS, verifyCopies } from '../../support/log-copy.js';
import { onlyInSoak } from '../../support/samples.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { WebhookReceiver } from '../../support/webhook-receiver.js';
import { type Answer, TestBroker } from '../harness.js';
import { expectStatus } from '../story.js';

type RecordItem = { id: string; decision: 'allowed' | 'refused'; outcome: string | null };

/** A disclosure from the demand to the call, through a real gateway, with the customer's webhook. */
describe('access for an authority, through the same gateway and into the same log', () => {
  let folder: string;
  let broker: TestBroker;
  let upstream: CountingUpstream;
  let gateway: Inside;
  let startGateway: () => void;
  let gatewayUrl: string;
  let customer: WebhookReceiver;
  const keys: Record<string, string> = {};

  beforeEach(async () => {
    folder = await tempFolder('legal');
    const secretFile = join(folder, 'secret');
    await writeFile(secretFile, `whsec_${randomBytes(32).toString('base64')}\n`);
    customer = await WebhookReceiver.start();
    upstream = new CountingUpstream();
    await upstream.start();
    const file = organisation((draft) => {
      for (const service of draft.services) service.upstream = upstream.origin;
      for (const name of ['leo', 'lia'])
        draft.vendor.staff.push({ email: `${name}@vendor.example`, name, roles: ['legal'] });
      draft.tenants.find(({ slug }) => slug === 'acme')!.webhooks = [{ url: customer.url, secretFile }];
    });
    broker = await TestBroker.start({ organisation: file, settings: { outboundPrivate: [customer.host] } });
    for (const name of ['leo', 'lia'])
      keys[name] = (
        await createApiKey(broker.host, { email: `${name}@vendor.example`, tenant: null, ttl: 86_400 })
      ).key;
    keys['lee'] = broker.keys.legal;
    const { text } = await broker.enrolGateway('site');
    const [port, adminPort] = [await freePort(), await freePort()];
    gatewayUrl = `http://127.0.0.1:${port}`;
    const env = gatewayEnv({ folder, credential: text }, port, 'spool', adminPort);
    startGateway = () => {
      gateway = Inside.start('gateway', env);
    };
    startGateway();
    await gateway.untilReady(`${gatewayUrl}/readyz`);
  });
  afterEach(async () => {
    await gateway.dispose();
    await broker.close();
    await Promise.all([customer.stop(), upstream.stop()]);
    await removeFolder(folder);
  });

  const as = (who: 'lee' | 'leo' | 'lia', method: string, path: string, body?: unknown): Promise<Answer> =>
    broker.fetch(method, path, { body, headers: { authorization: `Bearer ${keys[who]}` } });

  /** A demand that the court insists on. @returns its id */
  async function enter(gag?: { order: string; until: string }): Promise<string> {
    const entered = await as('lee', 'POST', '/api/v1/demands', {
      ...{ authority: 'County court', country: 'DE', legalBasis: '§ 94 StPO', kind: 'order' },
      ...{ data: 'Invoices', scope: 'October', tenants: ['acme'], accounts: ['a-1'], reason: 'By courier' },
      ...{ receivedAt: '2026-01-01T00:00:00Z', ...(gag === undefined ? {} : { gag }) },
    });
    expectStatus(entered, 201);
    const { id: demand } = entered.body as { id: string };
    const step = { action: 'redirected', outcome: 'declined', reason: 'The court insists' };
    expectStatus(await as('lee', 'POST', `/api/v1/demands/${demand}/steps`, step), 201);
    return demand;
  }

  /** A request that two others have approved. */
  async function approved(demand: string): Promise<{ id: string; digest: string; sealedLog?: string }> {
    const asked = await as('lee', 'POST', '/api/v1/requests', {
      ...{ tenant: 'acme', service: 'billing', scope: [{ resource: 'invoices/*', actions: ['read'] }] },
      ...{ duration: 'PT30M', justification: 'The order of the court', basis: 'legal', demand },
    });
    expectStatus(asked, 201);
    const request = asked.body as { id: string; digest: string; sealedLog?: string };
    for (const who of ['leo', 'lia'] as const)
      expectStatus(
        await as(who, 'POST', `/api/v1/requests/${request.id}/reviews`, {
          ...{ decision: 'approve', digest: request.digest },
        }),
        201,
      );
    return request;
  }

  test('P5: two others approve, the customer is notified first, and the log replays the call', async () => {
    const demand = await enter();
    const { id } = await approved(demand);
    const { grant } = await eventually('the access begins', async () => {
      const found = (await as('lee', 'GET', `/api/v1/requests/${id}`)).body as {
        state: string;
        grant: string | null;
      };
      return found.state === 'approved' ? found : false;
    });
    expect(customer.messages.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['demand.changed', 'demand.opening']),
    );
    const minted = await as('lee', 'POST', `/api/v1/grants/${grant}/tokens`);
    expectStatus(minted, 200);
    const { access_token: token } = minted.body as { access_token: string };
    const calls = new KeptCalls({ gatewayUrl }, token);
    await eventually('the gateway lets the call through', async () => (await calls.call()).status === 200);
    expect(upstream.hits).toHaveLength(1);
    await eventually('the customer sees the call', async () => {
      const { body } = await broker.call('approver', 'GET', '/api/v1/tenants/acme/access-records');
      return (body as { items: { grant: string; decision: string }[] }).items.some(
        (record) => record.grant === grant && record.decision === 'allowed',
      );
    });
    const disclosed = { action: 'disclosed', reason: 'As ordered', withContent: true, accounts: 1, grant };
    expectStatus(await as('leo', 'POST', `/api/v1/demands/${demand}/steps`, disclosed), 201);
    await gateway.dispose();

    const copies = await copiesOf(broker);
    expect(await verifyCopies(copies)).toMatchObject({ replayed: true, calls: 1 });
    // Without the notice, or with one review, the log does not verify.
    const unnotified = { ...copies, tenant: copies.tenant.copy() };
    unnotified.tenant.drop(unnotified.tenant.indexOf('demand.notified'));
    expect(await faultOf(unnotified)).toMatch(/^not_notified /);
    const once = { ...copies, tenant: copies.tenant.copy() };
    once.tenant.drop(once.tenant.indexOf('request.reviewed', 1));
    expect(await faultOf(once)).toMatch(/^not_(approved|notified|allowed) /);
  });

  onlyInSoak(() => {
    test('under a gag: the same gateway, into a sealed log that the customer reads and verifies once the gag has ended', async () => {
      const day = 86_400_000;
      const until = `${new Date(broker.clock.now().getTime() + 2 * day).toISOString().slice(0, 19)}Z`;
      const demand = await enter({ order: '§ 101 StPO', until });
      const { store } = broker.host;
      // Without those that every log gets at midnight.
      const leavesOf = async (log: string) =>
        (await store.readForTenant(log, (unit) => unit.events.leaves(0, 10_000))).filter(
          (leaf) => !/"type":"(log\.sealed|standing\.stated|isolation\.tested)"/.test(leaf),
        );
      const before = await leavesOf('acme');
      const { id, sealedLog = '' } = await approved(demand);
      expect(sealedLog).toMatch(/^sealed-/);
      const { state, grant } = (await as('lee', 'GET', `/api/v1/requests/${id}`)).body as Record<
        string,
        string
      >;
      // No notice has to reach the customer: the order forbids it.
      expect(state).toBe('approved');
      const minted = await as('lee', 'POST', `/api/v1/grants/${grant}/tokens`);
      expectStatus(minted, 200);
      const { access_token: token } = minted.body as { access_token: string };
      const calls = new KeptCalls({ gatewayUrl }, token);
      await eventually('the gateway lets the call through', async () => (await calls.call()).status === 200);
      const calledAt = new Date().toISOString();
      expect(upstream.hits).toHaveLength(1);
      const records = `/api/v1/tenants/${sealedLog}/access-records`;
      await eventually('legal counsel sees the call', async () => {
        const { body } = await as('lee', 'GET', records);
        return (body as { items: { outcome: string | null }[] }).items.some(
          ({ outcome }) => outcome !== null,
        );
      });
      expectStatus(await as('lee', 'POST', `/api/v1/grants/${grant}/release`), 200);
      // A call after the end is refused, and recorded where the grant is.
      await eventually('the gateway refuses', async () => (await calls.call()).status === 403);
      // The end may have met that call between its record and the service; the next one is refused in any case.
      expect(await calls.call()).toMatchObject({ status: 403, code: 'grant_ended' });
      await gateway.dispose();
      startGateway();
      const recorded = await eventually('every call is recorded', async () => {
        const { items } = (await as('lee', 'GET', records)).body as { items: RecordItem[] };
        const isWhole = items.every(({ decision, outcome }) => decision === 'refused' || outcome !== null);
        return isWhole && items.length >= calls.records.length && items;
      });
      // Until the end reaches the gateway, more calls may pass.
      expect(recorded.map(({ id: record }) => record).sort()).toEqual(calls.records);
      expect(reachedAsRecorded(recorded, upstream.hits)).toBe(true);
      const allowed = recorded.filter(({ decision }) => decision === 'allowed');
      expect(recorded.some(({ decision }) => decision === 'refused')).toBe(true);

      expect(customer.messages).toEqual([]);
      expect(await leavesOf('acme')).toEqual(before);
      for (const who of ['approver', 'tenantAdmin', 'tenantAuditor', 'reviewer', 'securityAdmin'] as const) {
        expect([403, 404]).toContain((await broker.call(who, 'GET', records)).status);
        for (const path of [`requests/${id}`, `grants/${grant}`])
          expect((await broker.call(who, 'GET', `/api/v1/${path}`)).status).toBe(404);
      }

      await recordAccessHeads(broker.host);
      // By a clock that is ahead: in three days the broker's own job opens demands too, and may be faster.
      const later = { now: () => new Date(broker.clock.now().getTime() + 3 * day) };
      expect(await openDueDemands({ ...broker.host, clock: later })).toBe(1);
      broker.clock.advance((3 * day) / 1_000);
      const key = await createApiKey(broker.host, { email: 'ada@acme.example', tenant: 'acme', ttl: 86_400 });
      const opened = await broker.fetch('GET', records, { headers: { authorization: `Bearer ${key.key}` } });
      expectStatus(opened, 200);
      expect((opened.body as { items: RecordItem[] }).items.map(({ id: record }) => record).sort()).toEqual(
        calls.records,
      );
      // The customer's own command copies the sealed log, and replays it without the broker.
      const countersign = async (...argv: string[]) => {
        const terminal = new Terminal(
          { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: key.key },
          '',
          broker.clock,
        );
        const exit = await run(['log', ...argv], terminal);
        return { exit, out: terminal.out, err: terminal.err };
      };
      const mirror = join(folder, 'mirror');
      expect(await countersign('mirror', mirror)).toMatchObject({ exit: 0 });
      const vkey = (await readFile(join(mirror, 'vkey'), 'utf8')).trim();
      const verified = await countersign('verify', mirror, '--vkey', vkey, '--json');
      expect(JSON.parse(verified.out)).toMatchObject({
        sealedLogs: [{ log: sealedLog, calls: allowed.length, grants: 1, warnings: expect.any(Array) }],
      });
      // What the service saw is no longer incomparable: the mirror has the records.
      const lines = upstream.hits.map(({ method, url, headers }) =>
        JSON.stringify({ at: calledAt, method, path: url, context: headers['countersign-context'] }),
      );
      await writeFile(join(folder, 'calls.jsonl'), `${lines.join('\n')}\n`);
      const compare = async () => {
        const terminal = new Terminal({}, '', broker.clock);
        const span = ['--from', '2026-01-01T00:00:00Z', '--to', '2100-01-01T00:00:00Z'];
        const calls = ['--calls', join(folder, 'calls.jsonl'), '--log', mirror, '--vkey', vkey, '--json'];
        expect(await run(['reconcile', 'billing', ...calls, ...span], terminal)).toBe(0);
        return JSON.parse(terminal.out) as unknown;
      };
      expect(await compare()).toMatchObject({ matched: upstream.hits.length, notComparable: 0 });
      await rm(join(mirror, sealedLog), { recursive: true });
      const incomplete = await countersign('verify', mirror, '--vkey', vkey);
      expect([incomplete.exit, incomplete.err]).toEqual([1, expect.stringContaining('sealed_log_missing')]);

      const copies = await copiesOf(broker);
      expect(await faultOf(copies)).toBe('none');
      const apart = await LogCopy.of(broker, sealedLog, sealedLog);
      const verify = (sealed: LogCopy, tenant = copies.tenant) =>
        replaySealedLog(VERIFIER_PORTS, {
          log: { source: tenant.source(), key: tenant.vkey },
          deployment: { source: copies.deployment.source(), key: copies.deployment.vkey },
          sealed: { source: sealed.source(), key: sealed.vkey },
          now: () => broker.clock.now().getTime(),
        });
      const found = await verify(apart);
      expect(found).toMatchObject({ log: sealedLog, calls: allowed.length, grants: 1 });
      // Whoever holds the log and its key leaves out the call, or one of the two approvals, or lets one person approve twice.
      for (const [type, code] of [
        ['access.allowed', /record_gap|changed_record/],
        ['request.reviewed', /not_approved|not_allowed/],
      ] as const) {
        const changed = apart.copy();
        changed.drop(changed.indexOf(type));
        await expect(verify(changed)).rejects.toMatchObject({ code: expect.stringMatching(code) });
      }
      // The approvals are dated in whole seconds, and the customer's controls to the millisecond.
      const reviewedAt = Date.parse(apart.leaves[apart.indexOf('request.reviewed')]?.at ?? '');
      const since = (ms: number) => {
        const tenant = copies.tenant.copy();
        tenant.edit(tenant.indexOf('tenant.add'), { at: new Date(reviewedAt + ms).toISOString() });
        return verify(apart, tenant);
      };
      await expect(since(999)).resolves.toMatchObject({ grants: 1 });
      await expect(since(1_000)).rejects.toMatchObject({ code: 'not_allowed' });
      // Unless a leaf of a type that the verifier does not know came before: it may have let them decide.
      const unknownSince = (ms: number) => {
        const tenant = copies.tenant.copy();
        const index = tenant.indexOf('tenant.add');
        tenant.edit(index, { at: new Date(reviewedAt + 1_000).toISOString() });
        const at = new Date(reviewedAt + ms).toISOString();
        tenant.insert(index, { type: 'person.moved', at, actor: 'job', data: {} });
        return verify(apart, tenant);
      };
      await expect(unknownSince(0)).resolves.toMatchObject({
        unknown: { types: [{ log: 'acme', type: 'person.moved' }], undecided: { code: 'not_allowed' } },
      });
      await expect(unknownSince(86_400_000)).rejects.toMatchObject({ code: 'not_allowed' });
      const newer = apart.copy();
      const { at: newest = '' } = newer.leaves.at(-1) ?? {};
      const index = newer.append({ type: 'grant.extended', at: newest, actor: 'job', data: {} });
      await expect(verify(newer)).resolves.toMatchObject({
        unknown: { types: [{ log: sealedLog, type: 'grant.extended', index, count: 1 }], undecided: null },
      });
      newer.change('token.minted', { jti: 'another' });
      await expect(verify(newer)).rejects.toMatchObject({ code: 'sealed_mismatch' });
      const rewritten = apart.copy();
      rewritten.change('token.minted', { jti: 'another' });
      await expect(verify(rewritten)).rejects.toMatchObject({ code: 'sealed_mismatch' });
      // A leaf that came after the newest head is covered by the next one.
      const shorter = apart.copy();
      while (shorter.leaves.length >= found.covered) shorter.drop(shorter.leaves.length - 1);
      await expect(verify(shorter)).rejects.toMatchObject({ code: 'sealed_mismatch' });
    });
  });
});
