/** @soak */

import { randomBytes } from 'node:crypto';
import { applyOrganisation } from '@countersign/access';
import {
  type ChangeData,
  type GatewayCredential,
  importEd25519PublicKey,
  MESSAGE_SIGNATURE_HEADER,
  type RecordEntry,
  type SnapshotData,
  signMessage,
  verifyFeedEnvelope,
} from '@countersign/gateway-protocol';
import { uuidV7Ids } from '@countersign/persistence';
import { billing, organisation } from '../../factories/organisation.js';
import { gatewayIdentity, RecordChain, type RecordedGrant } from '../../support/record-chain.js';
import { onlyInSoak, someRows } from '../../support/samples.js';
import { type Answer, TestBroker } from '../harness.js';
import { EventStream } from '../sse.js';
import { codeOf, makeGrant, mintToken } from '../story.js';

/**
 * Attacks with the credential of one gateway: what does the thief read of other tenants, and what can it make a
 * customer's people believe?
 */
type Gateway = {
  credential: GatewayCredential;
  bearer: string;
  identity: ReturnType<typeof gatewayIdentity>;
};

/** A service for another customer alone. */
const OF_GLOBEX = {
  ...{ ...billing('http://localhost:4319'), name: 'vault', audience: 'vault' },
  tenants: ['globex'],
};
const REPORTS = { ...billing('http://localhost:4209'), name: 'reports', audience: 'reports' };

let broker: TestBroker;
const open: EventStream[] = [];

beforeAll(async () => {
  broker = await TestBroker.start({
    organisation: organisation((file) => void file.services.push(REPORTS, OF_GLOBEX)),
  });
});
afterAll(async () => {
  for (const stream of open.splice(0)) stream.close();
  await broker.close();
});

let count = 0;
async function enrol(binding?: { services?: string[]; tenants?: string[] }): Promise<Gateway> {
  count += 1;
  const { credential, bearer } = await broker.enrolGateway(`gateway ${count}`, binding);
  const identity = gatewayIdentity();
  const body = { publicKey: identity.publicKey };
  await broker.fetch('POST', '/gateway/v1/identity', { body, headers: { authorization: bearer } });
  return { credential, bearer, identity };
}

const post = ({ bearer }: Gateway, path: string, body: unknown): Promise<Answer> =>
  broker.fetch('POST', path, { body, headers: { authorization: bearer } });

/** As the gateway itself posts it: signed by its identity. */
const postSigned = (
  { bearer, credential, identity }: Gateway,
  path: string,
  body: object,
  signedFor = path,
): Promise<Answer> => {
  const message = { gateway: credential.gateway, path: signedFor, body };
  const signature = signMessage(message, identity.privateKey);
  const headers = { authorization: bearer, [MESSAGE_SIGNATURE_HEADER]: signature };
  return broker.fetch('POST', path, { body, headers });
};

const chainOf = ({ credential, identity }: Gateway, under: RecordedGrant) =>
  new RecordChain(credential.gateway, identity.privateKey, under);

const send = (gateway: Gateway, chain: RecordChain, entries: readonly RecordEntry[]) =>
  post(gateway, '/gateway/v1/records', chain.batch(entries));

const items = (answer: Answer) => (answer.body as { items: Record<string, unknown>[] }).items;
const recordsOf = async (tenant: string, boot: string) => {
  const who = tenant === 'acme' ? 'approver' : 'foreignAdmin';
  const path = `/api/v1/tenants/${tenant}/access-records?limit=200`;
  return items(await broker.call(who, 'GET', path)).filter((record) => record['boot'] === boot);
};
const leavesOf = async (tenant: string, boot: string) => {
  const who = tenant === 'acme' ? 'approver' : 'foreignAdmin';
  const leaves = items(await broker.call(who, 'GET', `/api/v1/tenants/${tenant}/events?limit=200`));
  return leaves.filter(({ data }) => (data as Record<string, unknown>)['boot'] === boot).reverse();
};

async function granted(change: Record<string, unknown> = {}): Promise<RecordedGrant> {
  const { request, grant } = await makeGrant(broker, 'engineer', change);
  return { grant, digest: request.digest, request: request.id, person: broker.persons.engineer };
}

const fresh = () => randomBytes(32).toString('base64url');

async function follow({ bearer, credential }: Gateway) {
  const stream = await EventStream.open(`${broker.url}/gateway/v1/feed?nonce=${fresh()}`, {
    authorization: bearer,
  });
  open.push(stream);
  const next = async (type: string) => {
    const { data } = await stream.until(({ event }) => event === type);
    return verifyFeedEnvelope(data, importEd25519PublicKey(credential.feedKey)).data;
  };
  return {
    snapshot: () => next('snapshot') as Promise<SnapshotData>,
    change: () => next('change') as Promise<ChangeData>,
  };
}

describe('a stolen gateway credential forges a record', () => {
  const forgeries: [string, string, () => Record<string, unknown>][] = [
    ['under a grant that does not exist', 'grant', () => ({ grant: uuidV7Ids.next('grt') })],
    ['with another digest', 'digest', () => ({ digest: `sha256:${'0'.repeat(64)}` })],
    ['with another request', 'request', () => ({ request: uuidV7Ids.next('req') })],
    ['for another person', 'person', () => ({ person: broker.persons.otherEngineer })],
    ['at another service', 'service', () => ({ service: 'reports' })],
  ];
  test.each(someRows(forgeries))('%s: gateway.mismatch, and no call', async (_what, reason, forge) => {
    const gateway = await enrol();
    const under = await granted();
    const change = forge();
    const chain = chainOf(gateway, under);
    const honest = chain.add('allowed');
    const forged = chain.add('allowed', { change });
    const refused = chain.add('refused', { change: reason === 'service' ? {} : change });
    expect((await send(gateway, chain, [honest, forged, refused])).body).toEqual({ accepted: { acme: 3 } });
    const shown = (await recordsOf('acme', chain.boot)).map(({ id }) => id);
    expect(shown).not.toContain(forged.record.id);
    expect(shown).toContain(honest.record.id);
    const leaves = await leavesOf('acme', chain.boot);
    expect(leaves[1]).toMatchObject({
      type: 'gateway.mismatch',
      actor: gateway.credential.gateway,
      data: { at: 2, reason, record: forged.record.id, claimed: { decision: 'allowed', ...change } },
    });
    if (reason !== 'service') expect(shown).not.toContain(refused.record.id);
    const { body } = await broker.call('engineer', 'GET', `/api/v1/grants/${under.grant}`);
    expect(body).toMatchObject({ used: { calls: 1 } });
  });

  onlyInSoak(() => {
    test('outside the grant’s window, or long after it was ended: gateway.mismatch, and no call', async () => {
      const gateway = await enrol();
      const under = await granted();
      const chain = chainOf(gateway, under);
      const at = (seconds: number) => new Date(broker.clock.now().getTime() + seconds * 1_000).toISOString();
      const early = chain.add('allowed', { change: { at: at(-60) } });
      const late = chain.add('allowed', { change: { at: at(3_600) } });
      await broker.call('approver', 'POST', `/api/v1/grants/${under.grant}/revocation`, {
        body: { reason: 'enough' },
      });
      const afterEnd = chain.add('allowed', { change: { at: at(60) } });
      const atEnd = chain.add('allowed', { change: { at: at(1) } });
      await send(gateway, chain, [early, late, afterEnd, atEnd]);
      const leaves = await leavesOf('acme', chain.boot);
      expect(leaves.map(({ type }) => type)).toEqual([
        ...['gateway.mismatch', 'gateway.mismatch', 'gateway.mismatch', 'access.allowed'],
      ]);
      expect(leaves[0]).toMatchObject({ data: { reason: 'window', record: early.record.id } });
      expect(await recordsOf('acme', chain.boot)).toHaveLength(1);
    });
  });

  test('in the log of a tenant that its gateway does not serve: nothing is written there, which would never verify again', async () => {
    const gateway = await enrol({ tenants: ['acme'] });
    const under = await granted({ tenant: 'globex' });
    const chain = chainOf(gateway, under);
    const before = items(await broker.call('foreignAdmin', 'GET', '/api/v1/tenants/globex/events?limit=200'));
    const forged = chain.add('allowed', { tenant: 'globex' });
    const outcome = chain.add('outcome', { tenant: 'globex', id: forged.record.id });
    chain.add('head', { tenant: 'globex' });
    const afterGap = chain.add('head', { tenant: 'globex' });
    const unknown = chain.add('head', { tenant: 'nobody' });
    // The answer counts them as taken, also for a tenant that does not exist: the gateway would send a refused record again.
    const sent = [forged, outcome, afterGap, unknown];
    for (const _again of [1, 2])
      expect((await send(gateway, chain, sent)).body).toEqual({ accepted: { globex: 4, nobody: 5 } });
    expect(await recordsOf('globex', chain.boot)).toEqual([]);
    expect(
      items(await broker.call('foreignAdmin', 'GET', '/api/v1/tenants/globex/events?limit=200')),
    ).toEqual(before);
    const said = items(await broker.call('approver', 'GET', '/api/v1/tenants/deployment/events')).filter(
      ({ type, actor }) => type === 'gateway.mismatch' && actor === gateway.credential.gateway,
    );
    expect(said).toMatchObject([
      {
        data: { gateway: gateway.credential.gateway, boot: chain.boot, reason: 'binding' },
      },
    ]);
    expect(JSON.stringify(said)).not.toContain('globex');
  });

  onlyInSoak(() => {
    test('about a service that its gateway does not serve: gateway.mismatch, and no call', async () => {
      const gateway = await enrol({ services: ['reports'] });
      const chain = chainOf(gateway, await granted());
      await send(gateway, chain, [chain.add('allowed'), chain.add('refused')]);
      expect(await recordsOf('acme', chain.boot)).toEqual([]);
      expect(
        (await leavesOf('acme', chain.boot)).map(({ data }) => (data as { reason: string }).reason),
      ).toEqual([...['binding', 'binding']]);
    });
  });

  test('without the gateway’s own key: refused, no matter who else signed it, and the deployment’s log says so', async () => {
    const gateway = await enrol();
    const under = await granted();
    const thief = { ...gateway, identity: gatewayIdentity() };
    const chain = chainOf(thief, under);
    const entries = [chain.add('allowed')];
    expect(codeOf(await send(thief, chain, entries))).toBe('403 forbidden');
    // As a gateway that is older than its broker sends it: 400 would make it set its records aside.
    const { signature: _none, ...unsigned } = chain.batch(entries);
    expect(codeOf(await post(gateway, '/gateway/v1/records', unsigned))).toBe('403 forbidden');
    // A signature over other records of the same gateway, or over fewer of them.
    const own = chainOf(gateway, under);
    const [first, second] = [own.add('allowed'), own.add('allowed')];
    const { signature } = own.batch([first]);
    const widened = { ...own.batch([first, second]), signature };
    expect(codeOf(await post(gateway, '/gateway/v1/records', widened))).toBe('403 forbidden');
    expect(await recordsOf('acme', chain.boot)).toEqual([]);
    expect(await recordsOf('acme', own.boot)).toEqual([]);
    const found = items(await broker.call('foreignAdmin', 'GET', '/api/v1/tenants/deployment/events')).filter(
      ({ type, actor }) => type === 'gateway.mismatch' && actor === gateway.credential.gateway,
    );
    // Once a minute and gateway: repeating the attack does not fill the log.
    expect(found).toMatchObject([
      { actor: gateway.credential.gateway, data: { reason: 'signature', boot: chain.boot } },
    ]);
  });
});

describe('a stolen gateway credential reads', () => {
  test('from the feed only grants, services, tenants, locks and trust that its gateway serves', async () => {
    const [own, foreign] = [await granted(), await granted({ tenant: 'globex' })];
    const elsewhere = await granted({ service: 'reports' });
    const lock = await broker.call('foreignAdmin', 'POST', '/api/v1/locks', {
      body: { kind: 'service', name: 'reports', reason: 'an incident' },
    });
    const { id: lockId } = lock.body as { id: string };
    const gateway = await enrol({ services: ['billing'], tenants: ['acme'] });
    const feed = await follow(gateway);
    const snapshot = await feed.snapshot();
    const listed = snapshot.grants.map(({ id }) => id);
    expect(listed).toContain(own.grant);
    expect(snapshot.grants.map(({ tenant, service }) => `${tenant} ${service}`)).toEqual(
      listed.map(() => 'acme billing'),
    );
    expect(snapshot.services.map(({ name }) => name)).toEqual(['billing']);
    expect(snapshot.routeMaps.map(({ name }) => name)).toEqual(['billing']);
    expect(snapshot.tenants.map(({ slug }) => slug)).toEqual(['acme']);
    expect(JSON.stringify(snapshot)).not.toMatch(/globex|reports|:4209/);

    // Changes of others arrive as empty changes, because places in the feed have no gaps.
    for (const { grant } of [foreign, elsewhere]) {
      await broker.call('securityAdmin', 'POST', `/api/v1/grants/${grant}/revocation`, {
        body: { reason: 'enough' },
      });
      expect(await feed.change()).toEqual({});
    }
    await broker.call('foreignAdmin', 'DELETE', `/api/v1/locks/${lockId}`);
    expect(await feed.change()).toEqual({});
    const changed = organisation((file) => {
      file.services.push({ ...REPORTS, upstream: 'http://localhost:4210' }, OF_GLOBEX);
    });
    await applyOrganisation(broker.host, changed, { dryRun: false });
    expect(JSON.stringify(await feed.change())).not.toMatch(/globex|reports|:4210/);
    await broker.call('securityAdmin', 'POST', `/api/v1/grants/${own.grant}/revocation`, {
      body: { reason: 'enough' },
    });
    expect(await feed.change()).toMatchObject({ endedGrants: [{ digest: own.digest }] });
  });

  onlyInSoak(() => {
    test('from the feed no service that is for other tenants alone, though its gateway may serve every service', async () => {
      const apply = async (vault: object) => {
        const changed = organisation((file) => void file.services.push(REPORTS, { ...OF_GLOBEX, ...vault }));
        await applyOrganisation(broker.host, changed, { dryRun: false });
      };
      await apply({});
      const feed = await follow(await enrol({ tenants: ['acme'] }));
      const snapshot = await feed.snapshot();
      expect(snapshot.services.map(({ name }) => name).sort()).toEqual(['billing', 'reports']);
      expect(JSON.stringify(snapshot)).not.toMatch(/globex|vault|localhost:43/);
      await apply({ upstream: 'http://localhost:4320' });
      expect(JSON.stringify(await feed.change())).not.toMatch(/globex|vault|localhost:43/);
      await apply({ upstream: 'http://localhost:4320', tenants: ['acme', 'globex'] });
      expect((await feed.change()).services?.map(({ name }) => name)).toContain('vault');
      await apply({});
    });
  });

  test('by introspection only tokens of its own services and tenants', async () => {
    const introspect = async (gateway: Gateway, grant: string) => {
      const { access_token: token } = await mintToken(broker, grant);
      const answer = await broker.fetch('POST', '/oauth/introspect', {
        raw: `token=${token}`,
        headers: {
          authorization: gateway.bearer,
          'content-type': 'application/x-www-form-urlencoded',
        },
      });
      return answer.body;
    };
    const { grant } = await granted();
    expect(await introspect(await enrol(), grant)).toMatchObject({ active: true, grant_id: grant });
    expect(await introspect(await enrol({ services: ['billing'] }), grant)).toMatchObject({ active: true });
    expect(await introspect(await enrol({ services: ['reports'] }), grant)).toEqual({ active: false });
    expect(await introspect(await enrol({ tenants: ['globex'] }), grant)).toEqual({ active: false });
  });

  test('and takes no budget of a grant that its gateway does not serve, and reports no pins of other tenants', async () => {
    const gateway = await enrol({ tenants: ['globex'] });
    const { grant } = await granted({ budget: { calls: 5 } });
    const lease = {
      ...{ boot: '0199f0a0-7b2c-4003-8000-000000000003', grant, turn: 1 },
      ...{ used: { calls: 0, bytes: 0 }, wish: { calls: 5, bytes: 0 } },
    };
    expect(codeOf(await postSigned(gateway, '/gateway/v1/leases', lease))).toBe('404 not_found');
    const pinned = `sha256:${'1'.repeat(64)}`;
    const pins = ['acme', 'globex'].map((tenant) => ({ tenant, pinned, current: null }));
    expect((await postSigned(gateway, '/gateway/v1/pins', { pins })).status).toBe(204);
    const of = async (who: 'approver' | 'foreignAdmin', tenant: string) =>
      items(await broker.call(who, 'GET', `/api/v1/tenants/${tenant}/events?limit=200`)).filter(
        ({ type, actor }) => type === 'gateway.pinned' && actor === gateway.credential.gateway,
      );
    expect(await of('approver', 'acme')).toEqual([]);
    expect(await of('foreignAdmin', 'globex')).toHaveLength(1);
  });

  test('and without the identity key frees no lease of a forwarded call, so the one approved change is made once', async () => {
    const [robbed, other] = [await enrol(), await enrol()];
    const { grant } = await granted({ budget: { calls: 1 } });
    const lease = (boot: string) => ({
      ...{ boot, grant, turn: 1, used: { calls: 0, bytes: 0 }, wish: { calls: 1, bytes: 0 } },
    });
    const boot = '0199f0a0-7b2c-4003-8000-000000000004';
    const otherBoot = '0199f0a0-7b2c-4003-8000-000000000005';
    const taken = await postSigned(robbed, '/gateway/v1/leases', lease(boot));
    expect(taken.body).toMatchObject({ held: { calls: 1 } });

    const closing = { boots: [boot] };
    const closed = '/gateway/v1/leases/closed';
    expect(codeOf(await post(robbed, closed, closing))).toBe('403 forbidden');
    expect(codeOf(await postSigned({ ...robbed, identity: gatewayIdentity() }, closed, closing))).toBe(
      '403 forbidden',
    );
    expect(codeOf(await postSigned(robbed, closed, closing, '/gateway/v1/leases'))).toBe('403 forbidden');
    expect(codeOf(await post(robbed, '/gateway/v1/leases', lease(otherBoot)))).toBe('403 forbidden');
    expect(codeOf(await post(robbed, '/gateway/v1/pins', { pins: [] }))).toBe('403 forbidden');
    const second = await postSigned(other, '/gateway/v1/leases', lease(otherBoot));
    expect(second.body).toMatchObject({ held: { calls: 0 } });

    expect((await postSigned(robbed, closed, closing)).status).toBe(204);
  });
});

describe('a stolen gateway credential, and messages that the gateway has signed, recorded on their way', () => {
  const boot = '0199f0a0-7b2c-4003-8000-000000000006';

  onlyInSoak(() => {
    test('no earlier report of pins comes back: neither a pin that is gone, nor one without its alarm', async () => {
      const gateway = await enrol({ tenants: ['globex'] });
      const pin = { tenant: 'globex', pinned: `sha256:${'2'.repeat(64)}`, current: null };
      const instantOf = (seconds: number) =>
        new Date(broker.clock.now().getTime() + seconds * 1_000).toISOString();
      const recorded = { at: instantOf(-20), pins: [pin] };
      const alarmed = { at: instantOf(-10), pins: [{ ...pin, alarm: 'missing' }] };
      for (const report of [recorded, alarmed])
        expect((await postSigned(gateway, '/gateway/v1/pins', report)).status).toBe(204);
      const events = async () => {
        const leaves = items(
          await broker.call('foreignAdmin', 'GET', '/api/v1/tenants/globex/events?limit=200'),
        );
        return leaves.filter(({ actor }) => actor === gateway.credential.gateway).map(({ data }) => data);
      };
      const before = await events();
      expect(before).toMatchObject([{ after: { alarm: 'missing' } }, { before: null }]);
      const replays = [recorded, alarmed, { pins: [pin] }, { at: instantOf(3_600), pins: [pin] }];
      for (const replay of replays)
        expect(codeOf(await postSigned(gateway, '/gateway/v1/pins', replay))).toBe('409 conflict');
      expect(await events()).toEqual(before);
      expect((await postSigned(gateway, '/gateway/v1/pins', { at: instantOf(0), pins: [] })).status).toBe(
        204,
      );
      expect((await events())[0]).toMatchObject({ after: null });
    });
  });

  test('a lease request and a closing that are sent again give and free nothing', async () => {
    const gateway = await enrol();
    const other = await enrol();
    const { grant } = await granted({ budget: { calls: 2 } });
    const lease = (turn: number, used: number, wish: number) => ({
      ...{ boot, grant, turn },
      ...{ used: { calls: used, bytes: 0 }, wish: { calls: wish, bytes: 0 } },
    });
    const send = (body: object, by = gateway) => postSigned(by, '/gateway/v1/leases', body);
    const closing = { boots: [boot] };
    const close = () => postSigned(gateway, '/gateway/v1/leases/closed', closing);
    await close();
    expect((await send(lease(1, 0, 0))).body).toMatchObject({ held: { calls: 0 } });
    expect((await send(lease(2, 0, 2))).body).toMatchObject({ held: { calls: 2 } });
    // The request before gave nothing back; sent again, it does not take back what the later one got.
    expect((await send(lease(1, 0, 0))).body).toMatchObject({ held: { calls: 2 } });
    await close();
    expect(codeOf(await send(lease(2, 0, 2)))).toBe('409 conflict');
    const taken = await send({ ...lease(1, 0, 2), boot: uuidV7Ids.next('rec').slice(4) }, other);
    expect(taken.body).toMatchObject({ held: { calls: 2 } });
    expect((await close()).status).toBe(204);
    expect(codeOf(await send(lease(2, 0, 2)))).toBe('409 conflict');
  });
});

test('an enrolment names only services and tenants that exist; list shows what each gateway serves', async () => {
  await expect(broker.enrolGateway('typo', { services: ['biling'] })).rejects.toMatchObject({
    code: 'not_found',
  });
  await expect(broker.enrolGateway('typo', { tenants: ['acmee'] })).rejects.toMatchObject({
    code: 'not_found',
  });
  const { credential } = await enrol({ services: ['billing'], tenants: ['acme'] });
  const listed = items(await broker.call('securityAdmin', 'GET', '/api/v1/gateways'));
  expect(listed.find(({ id }) => id === credential.gateway)).toMatchObject({
    services: ['billing'],
    tenants: ['acme'],
  });
});
