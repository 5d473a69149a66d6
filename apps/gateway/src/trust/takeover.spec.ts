/** @soak */

import { rm } from 'node:fs/promises';
import {
  INVITATION_TYPE,
  type InvitationStatement,
  type Recurrence,
  routeMapHash,
  type ServiceDefinition,
  type Signature,
  statementHash,
  termsDigest,
  toInstant,
  WEEKDAYS,
} from '@countersign/contract';
import { hashing } from '../../../../test/factories/grant-token.js';
import { AT, LOG_POINT, nextTrust, signedTrust } from '../../../../test/factories/trust.js';
import { ADA, BOB, ClaimedWorld } from '../../../../test/fakes/claimed-world.js';
import type { FakeGrant, GrantWishes } from '../../../../test/fakes/feed-broker.js';
import { until } from '../../../../test/fakes/until.js';
import { Authenticator } from '../../../../test/support/authenticator.js';
import { onlyInSoak, someRows } from '../../../../test/support/samples.js';

/**
 * An attacker who has taken over the broker signs tokens and feed events with its real keys, and writes anything into
 * both. The gateway has only its pin and its disk.
 */
describe('P12: a broker that is completely taken over', () => {
  let claimed: ClaimedWorld;
  const eve = new Authenticator();
  const EVE = 'usr_0199f0a0-7b2c-7003-8000-0000000000e1';

  beforeEach(async () => {
    claimed = await ClaimedWorld.start();
  });
  afterEach(async () => {
    await claimed.world.stop();
  });

  const broker = () => claimed.world.broker;
  /** A grant that the gateway has received, with everything that the feed brought before it. */
  const grant = async (wishes: GrantWishes = {}) => {
    const grantOfWishes = broker().grant(wishes);
    await claimed.feedApplied();
    return grantOfWishes;
  };
  const token = (of: FakeGrant, countersignatures: unknown, change: Record<string, unknown> = {}) =>
    broker().forge(of, { countersignatures, ...change });
  const upstream = () => claimed.world.upstream.hits.filter((hit) => hit.url.includes('/acme/')).length;
  /** Restarts the gateway on its disk. */
  const restart = async () => {
    await claimed.world.gateway.close();
    await claimed.world.startGateway();
    await until(() => claimed.world.gateway.isInTouch());
  };

  test('opens what its customers have countersigned, and the record names the trust document', async () => {
    const approved = await grant();
    expect(await claimed.read(token(approved, claimed.approvals(approved)))).toBe('200');
    const ofAcme = () =>
      broker()
        .recordsOf('allowed')
        .filter(({ tenant }) => tenant === 'acme');
    await until(() => ofAcme().length === 1);
    expect(ofAcme()).toMatchObject([{ trust: claimed.trust }]);
  });

  test('inserts a grant that no one has signed: refused, recorded, and the upstream untouched', async () => {
    const inserted = await grant();
    expect(await claimed.read(broker().forge(inserted))).toBe('not_countersigned too_few');
    expect(upstream()).toBe(0);
    await until(() => broker().recordsOf('refused').length === 1);
    expect(broker().recordsOf('refused')).toMatchObject([
      { code: 'not_countersigned', trust: claimed.trust },
    ]);
  });

  onlyInSoak(() => {
    test('empties the broker’s own countersign rules: still refused', async () => {
      broker().tenants = [{ slug: 'acme', forbid: [] }];
      broker().change({ tenants: broker().tenants });
      await claimed.feedApplied();
      const inserted = await grant();
      expect(await claimed.read(broker().forge(inserted))).toBe('not_countersigned too_few');
    });
  });

  test('lowers the number of approvals: a version with too few signatures is not followed', async () => {
    const lowered = nextTrust(claimed.genesis.document, {
      approvals: 1,
      threshold: 1,
      countersign: { exceptActions: ['list', 'read'] },
    });
    for (const signatures of [[claimed.ada], [claimed.ada, claimed.adaSpare]]) {
      broker().claim('acme', [claimed.genesis, signedTrust(lowered, signatures)]);
      await claimed.feedApplied();
      const half = await grant();
      const ada = claimed.ada.sign(claimed.approval(half, ADA), AT);
      expect(await claimed.read(token(half, [ada]))).toBe('not_countersigned too_few');
    }
  });

  test('replaces or adds a key: the version is not followed, and a signature by that key opens nothing', async () => {
    const [ada, bob] = claimed.genesis.document.people;
    const swapped = { person: BOB, passkeys: [{ id: claimed.bob.id, jwk: eve.jwk }] };
    const added = { person: BOB, passkeys: [...(bob?.passkeys ?? []), eve.passkey] };
    for (const theirs of [swapped, added]) {
      const next = nextTrust(claimed.genesis.document, { people: [ada!, theirs] });
      broker().claim('acme', [claimed.genesis, { document: next, signatures: [eve.sign(next, AT)] }]);
      await claimed.feedApplied();
      const inserted = await grant();
      const forged = {
        ...eve.sign(claimed.approval(inserted, BOB), AT),
        credential: theirs === swapped ? claimed.bob.id : eve.id,
      };
      const real = claimed.ada.sign(claimed.approval(inserted, ADA), AT);
      expect(await claimed.read(token(inserted, [real, forged]))).toBe(
        theirs === swapped ? 'not_countersigned bad_signature' : 'not_countersigned unknown_key',
      );
    }
  });

  onlyInSoak(() => {
    test('lets one approver count twice, by a second device or in a second name', async () => {
      const half = await grant();
      const real = claimed.ada.sign(claimed.approval(half, ADA), AT);
      const spare = claimed.adaSpare.sign(claimed.approval(half, ADA), AT);
      const asBob = claimed.adaSpare.sign(claimed.approval(half, BOB), AT);
      const asEve = claimed.adaSpare.sign(claimed.approval(half, EVE), AT);
      expect(await claimed.read(token(half, [real, real]))).toBe('not_countersigned duplicate_person');
      expect(await claimed.read(token(half, [real, spare]))).toBe('not_countersigned duplicate_person');
      expect(await claimed.read(token(half, [real, asBob]))).toBe('not_countersigned unknown_key');
      expect(await claimed.read(token(half, [real, asEve]))).toBe('not_countersigned unknown_person');
    });
  });

  test('extends the window: a token outside the signed window, and a digest that begins a second time', async () => {
    const approved = await grant({ seconds: 600 });
    const short = [ADA, BOB].map((person, at) =>
      [claimed.ada, claimed.bob][at]!.sign(
        claimed.approval(approved, person, {
          notAfter: toInstant(new Date(Date.parse(approved.startsAt) + 30_000)),
        }),
        AT,
      ),
    );
    expect(await claimed.read(token(approved, short))).toBe('not_countersigned outside_window');
    expect(await claimed.read(token(approved, claimed.approvals(approved)))).toBe('200');
    const longer = token(approved, claimed.approvals(approved), {
      grant_exp: Date.parse(approved.startsAt) / 1_000 + 601,
    });
    expect(await claimed.read(longer)).toBe('invalid_token digest_mismatch');
    const later = { ...approved, startsAt: toInstant(new Date(Date.parse(approved.startsAt) + 1_000)) };
    broker().change({ endedGrants: [{ digest: approved.digest, reason: 'revoked' }] });
    broker().announce(later);
    await claimed.feedApplied();
    expect(await claimed.read(token(later, claimed.approvals(approved)))).toBe('grant_ended');
  });

  test('uses a digest again under a second grant id, with a full budget', async () => {
    const approved = await grant();
    expect(await claimed.read(token(approved, claimed.approvals(approved)))).toBe('200');
    const second = { ...approved, id: approved.id.replace(/.$/, (last) => (last === '0' ? '1' : '0')) };
    broker().grants = [];
    broker().announce(second);
    await claimed.feedApplied();
    expect(await claimed.read(token(second, claimed.approvals(approved)))).toBe('grant_ended');
    await restart();
    expect(await claimed.read(token(second, claimed.approvals(approved)))).toBe('grant_ended');
  });

  onlyInSoak(() => {
    test('ends a digest’s life too early, to list it again with a full budget', async () => {
      const grant = broker().grant({ budget: { calls: 1 } }, false);
      const short = { ...grant, until: grant.startsAt };
      broker().announce(short);
      await claimed.feedApplied();
      expect(await claimed.read(token(short, claimed.approvals(short)))).toBe('200');
      broker().end(short);
      await restart();
      const reissued = { ...short, id: short.id.replace(/.$/, (last) => (last === '0' ? '1' : '0')) };
      broker().announce(reissued);
      await claimed.feedApplied();
      expect(await claimed.read(token(reissued, claimed.approvals(short)))).toBe('grant_ended');
    });
  });

  test('puts other terms under valid signatures', async () => {
    const approved = await grant();
    const wider = { ...approved.terms, scope: [{ resource: '**', actions: ['read'] }] };
    const forged: FakeGrant = { ...approved, terms: wider, digest: termsDigest(hashing, wider) };
    broker().announce(forged);
    await claimed.feedApplied();
    expect(await claimed.read(token(forged, claimed.approvals(approved)))).toBe(
      'not_countersigned wrong_digest',
    );
    expect(await claimed.read(token(forged, claimed.approvals(approved), { digest: approved.digest }))).toBe(
      'invalid_token digest_mismatch',
    );
  });

  test('remaps a route so that `read` means payroll', async () => {
    const approved = await grant();
    const [billing] = broker().services as [ServiceDefinition];
    const remapped: ServiceDefinition = {
      ...billing,
      routes: billing.routes.map((route) =>
        route.path.includes('payroll') ? { ...route, resource: 'invoices/{id}' } : route,
      ),
    };
    broker().services = [remapped];
    broker().olderMaps = [billing];
    broker().announceServices();
    await claimed.feedApplied();
    const payroll = '/billing/tenants/acme/payroll/7';
    expect(await claimed.read(token(approved, claimed.approvals(approved)), payroll)).toBe(
      'route_not_listed',
    );
    const renamed = { ...approved.terms, routes: routeMapHash(hashing, remapped) };
    const forged: FakeGrant = { ...approved, terms: renamed, digest: termsDigest(hashing, renamed) };
    broker().announce(forged);
    await claimed.feedApplied();
    expect(await claimed.read(token(forged, claimed.approvals(approved)), payroll)).toBe(
      'not_countersigned wrong_digest',
    );
    expect(upstream()).toBe(0);
  });

  onlyInSoak(() => {
    test('changes the basis to one that needs no approval', async () => {
      for (const basis of ['emergency', 'legal'] as const) {
        const inserted = await grant({ basis });
        expect(await claimed.read(broker().forge(inserted))).toBe('not_countersigned basis_not_accepted');
        const listing = await claimed.read(broker().forge(inserted), '/billing/tenants/acme/invoices');
        expect(listing).toBe('not_countersigned basis_not_accepted');
      }
    });
  });

  const invitationFrom = (from: number): InvitationStatement => ({
    type: INVITATION_TYPE,
    deployment: broker().deployment,
    tenant: 'acme',
    invitation: 'inv_0199f0a0-7b2c-7004-8000-000000000004',
    service: 'billing',
    scope: [{ resource: 'invoices/*', actions: ['read'] }],
    maxSeconds: 60,
    notBefore: toInstant(new Date(from)),
    notAfter: toInstant(new Date(Date.now() + 3 * 86_400_000)),
    person: ADA,
    trust: claimed.trust,
    log: LOG_POINT,
  });

  onlyInSoak(() => {
    test('uses an invitation that recurs outside its times, without them, or for another engineer', async () => {
      // A zone in which it is about noon now, so that no test runs past the end of a window.
      const ahead = 12 - new Date().getUTCHours();
      const zone = ahead === 0 ? 'UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
      const byDay: Recurrence = { zone, days: [...WEEKDAYS], from: '06:00', to: '18:00' };
      const byNight: Recurrence = { ...byDay, from: '18:00', to: '06:00' };
      const from = Date.now() - 86_400_000;
      const verdict = async (statement: InvitationStatement, wishes: GrantWishes = {}, shown = statement) => {
        const of = await grant({
          ...{ basis: 'invitation', invitation: statementHash(hashing, shown), scope: shown.scope },
          ...{ seconds: 60, lapsesAt: toInstant(new Date()), ...wishes },
        });
        const signature: Signature = { ...claimed.ada.sign(statement, AT), statement: shown };
        return claimed.read(token(of, [signature, claimed.bob.sign(claimed.approval(of, BOB), AT)]));
      };
      const own = invitationFrom(from);
      const night = { ...own, recurs: byNight };
      expect(await verdict({ ...own, recurs: byDay })).toBe('200');
      expect(await verdict(night)).toBe('not_countersigned invitation_misfits');
      // The terms allow the access tonight, but the grant is open now.
      const tonight = toInstant(new Date(Date.now() + 12 * 3_600_000));
      expect(await verdict(night, { lapsesAt: tonight })).toBe('not_countersigned outside_window');
      expect(await verdict(night, {}, own)).toBe('not_countersigned wrong_challenge');
      expect(await verdict(night, {}, { ...own, recurs: byDay })).toBe('not_countersigned wrong_challenge');
      const others = { ...own, recurs: byDay, requesters: [ADA] };
      expect(await verdict(others)).toBe('not_countersigned invitation_misfits');
      const elsewhere = { ...own, recurs: { ...byDay, zone: 'Europe/Atlantis' } };
      expect(await verdict(elsewhere)).toBe('not_countersigned invitation_misfits');
    });

    test('uses an invitation that was not given, or that covers something else', async () => {
      const statement = invitationFrom(Date.now() - 60_000);
      const invitation = statementHash(hashing, statement);
      const scope = statement.scope;
      const invited = (wishes: GrantWishes) => grant({ basis: 'invitation', invitation, scope, ...wishes });
      const signatures = (of: FakeGrant): Signature[] => [
        claimed.ada.sign(statement, AT),
        claimed.bob.sign(claimed.approval(of, BOB), AT),
      ];
      const fits = await invited({ seconds: 60 });
      expect(await claimed.read(token(fits, signatures(fits)))).toBe('200');
      const long = await invited({ seconds: 61 });
      expect(await claimed.read(token(long, signatures(long)))).toBe('not_countersigned invitation_misfits');
      expect(await claimed.read(broker().forge(await invited({ seconds: 59 })))).toBe(
        'not_countersigned too_few',
      );
    });

    test('reuses an old approval as the signature that enrols a key', async () => {
      const approved = await grant();
      const [first, second] = claimed.approvals(approved) as [Signature, Signature];
      const [ada, bob] = claimed.genesis.document.people;
      const document = nextTrust(claimed.genesis.document, {
        people: [ada!, bob!, { person: EVE, passkeys: [eve.passkey] }],
      });
      const reused = [first, second].map((signature) => ({ ...signature, statement: document }));
      broker().claim('acme', [
        claimed.genesis,
        { document, signatures: [...reused, eve.sign(document, AT)] },
      ]);
      await claimed.feedApplied();
      const inserted = await grant();
      const theirs = [eve.sign(claimed.approval(inserted, EVE), AT), first];
      expect(await claimed.read(token(inserted, theirs))).toBe('not_countersigned unknown_person');
    });
  });

  test('feeds an older trust chain after a restart: the followed chain stays', async () => {
    const { passkeys } = claimed.genesis.document.people[0]!;
    claimed.adopt({ people: [{ person: ADA, passkeys }], approvals: 1, threshold: 1 }, [
      claimed.ada,
      claimed.bob,
    ]);
    const approved = await grant();
    const ada = claimed.ada.sign(claimed.approval(approved, ADA), AT);
    const bob = claimed.bob.sign(claimed.approval(approved, BOB), AT);
    expect(await claimed.read(token(approved, [ada]))).toBe('200');
    expect(await claimed.read(token(approved, [bob]))).toBe('not_countersigned unknown_person');
    for (const trust of [[{ tenant: 'acme', chain: [claimed.genesis] }], []]) {
      broker().trust = trust;
      await restart();
      expect(await claimed.read(token(approved, [bob]))).toBe('not_countersigned unknown_person');
      expect(await claimed.read(token(approved, [ada]))).toBe('200');
    }
  });

  onlyInSoak(() => {
    test('offers another history from the pinned version on: the followed chain stays', async () => {
      claimed.adopt({ forbid: [{ service: 'billing', resource: 'invoices/7', actions: ['*'] }] });
      const other = signedTrust(
        nextTrust(claimed.genesis.document, { countersign: { exceptActions: ['list', 'read'] } }),
        [claimed.ada, claimed.bob],
      );
      broker().claim('acme', [claimed.genesis, other]);
      await claimed.feedApplied();
      const approved = await grant();
      expect(await claimed.read(token(approved, claimed.approvals(approved)))).toBe(
        'insufficient_scope forbidden',
      );
    });
  });

  test('deletes the tenant and creates it again under the same slug, with its own trust document', async () => {
    broker().change({ removedTenants: ['acme'] });
    const document = {
      ...claimed.genesis.document,
      people: [{ person: EVE, passkeys: [eve.passkey] }],
      threshold: 1,
      approvals: 1,
    };
    const forged = signedTrust(document, [eve]);
    broker().tenants = [{ slug: 'acme', forbid: [] }];
    broker().change({ tenants: broker().tenants, trust: [{ tenant: 'acme', chain: [forged] }] });
    broker().trust = [{ tenant: 'acme', chain: [forged] }];
    await claimed.feedApplied();
    const inserted = await grant();
    const theirs = [
      eve.sign(claimed.approval(inserted, EVE, { trust: statementHash(hashing, document) }), AT),
    ];
    for (let run = 0; run < 2; run++) {
      expect(await claimed.read(token(inserted, theirs))).toBe('not_countersigned wrong_trust');
      expect(await claimed.read(broker().forge(inserted))).toBe('not_countersigned too_few');
      await restart();
    }
  });

  test('invents an unclaimed tenant, with route maps that lead to the customer’s data', async () => {
    const [billing] = broker().services as [ServiceDefinition];
    const read = { method: 'GET', resource: 'invoices/{id}', action: 'read' };
    const inventions: [tenant: string, map: Partial<ServiceDefinition>, path: string, org?: string][] = [
      [
        'tenants',
        { routes: [{ ...read, path: '/{tenant}/acme/invoices/{id}' }] },
        '/tenants/acme/invoices/7',
      ],
      [
        'evil',
        { tenantFrom: 'service', routes: [{ ...read, path: '/tenants/acme/invoices/{id}' }] },
        '/tenants/acme/invoices/7',
      ],
      [
        'evil',
        { tenantFrom: 'service', routes: [{ ...read, path: '/invoices/{id}' }] },
        '/invoices/7',
        'acme',
      ],
    ];
    const call = async (tenant: string, path: string, org = tenant) => {
      const inserted = await grant({ tenant, service: 'crm' });
      const answer = await claimed.world.send({
        token: broker().forge(inserted),
        path: `/crm${path}`,
        headers: { 'x-org': org },
      });
      return answer.status === 200 ? 200 : ((await answer.json()) as { code: string }).code;
    };
    for (const [tenant, map, path, org] of inventions) {
      broker().tenants = [...broker().tenants, { slug: tenant, forbid: [] }];
      broker().change({ tenants: broker().tenants });
      broker().services = [billing, { ...billing, ...map, name: 'crm', audience: 'crm' }];
      broker().announceServices();
      expect(await call(tenant, path, org)).toBe('insufficient_scope');
    }
    expect(upstream()).toBe(0);
    // The last one leads somewhere, as long as it names no one and the service confirms the tenant.
    claimed.world.upstream.answer = (_request, response) => {
      response.setHeader('Countersign-Tenant', 'evil');
      response.end();
    };
    expect(await call('evil', '/invoices/7')).toBe(200);
  });

  test('invents a tenant that names a customer in a header, repeated and in any letter case', async () => {
    const [billing] = broker().services as [ServiceDefinition];
    broker().tenants = [...broker().tenants, { slug: 'evil', forbid: [] }];
    broker().change({ tenants: broker().tenants });
    const list = { method: 'GET', path: '/invoices', resource: 'invoices/all', action: 'read' };
    const crm = { ...billing, name: 'crm', audience: 'crm', tenantHeader: 'X-Tenant-ID', routes: [list] };
    broker().services = [billing, { ...crm, tenantFrom: 'header' }];
    broker().announceServices();
    const evil = broker().forge(await grant({ tenant: 'evil', service: 'crm' }));
    const call = async (...fields: string[]) => {
      const lines = ['Host: x', `Authorization: Bearer ${evil}`, 'X-Tenant-ID: evil', ...fields];
      const answer = await claimed.world.raw(`GET /crm/invoices HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      return answer.status === 200 ? '200' : (JSON.parse(answer.body) as { code: string }).code;
    };
    expect(await call('X-Org: evil')).toBe('200');
    expect(claimed.world.upstream.hits.at(-1)!.headers).toMatchObject({ 'x-tenant-id': 'evil' });
    const before = claimed.world.upstream.hits.length;
    for (const name of ['X-Org', 'x-org', 'X-ORG', 'x-OrG'])
      for (const fields of [
        [`${name}: acme`],
        [`${name}: ACME`, 'X-Org: evil'],
        ['X-Org: evil', `${name}: \tacme `],
      ])
        expect(await call(...fields)).toBe('insufficient_scope');
    for (const name of ['X-Tenant-ID', 'x-tenant-id', 'X-TENANT-ID'])
      expect(await call(`${name}: acme`)).toBe('ambiguous_request');
    expect(claimed.world.upstream.hits).toHaveLength(before);
  });

  const HEADERS = ['Origin', 'cookie', 'X-Forwarded-Host', 'COUNTERSIGN-TENANT', 'X-Method'];
  test.each(someRows(HEADERS))(
    'has a tenant read from %s, in which no customer’s name is looked for: that service is closed, and no other',
    async (tenantHeader) => {
      const [billing] = broker().services as [ServiceDefinition];
      const list = { method: 'GET', path: '/invoices', resource: 'invoices/all', action: 'read' };
      const crm = { ...billing, name: 'crm', audience: 'crm', tenantFrom: 'header' as const, routes: [list] };
      const publish = (header: string) => {
        broker().services = [billing, { ...crm, tenantHeader: header }];
        broker().announceServices();
      };
      const own = async () => {
        const { adminUrl } = claimed.world.gateway;
        const page = await fetch(`${adminUrl}/readyz`);
        const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
        const { closedServices } = (await page.json()) as { closedServices: unknown };
        return [
          page.status,
          closedServices,
          /^countersign_gateway_closed_services (\d+)$/m.exec(metrics)?.[1],
        ];
      };
      publish('X-Org');
      const token = broker().forge(await grant({ tenant: 'globex', service: 'crm' }));
      const call = async (headers: Record<string, string> = { 'x-org': 'globex' }) => {
        const answer = await claimed.world.send({ token, path: '/crm/invoices', headers });
        return answer.status === 200 ? '200' : ((await answer.json()) as { code: string }).code;
      };
      await claimed.feedApplied();
      expect([await call(), await own()]).toEqual(['200', [200, [], '0']]);

      publish(tenantHeader);
      await claimed.feedApplied();
      const arrived = () => claimed.world.upstream.hits.filter(({ url }) => url === '/invoices').length;
      const before = arrived();
      const late = broker().forge(await grant({ tenant: 'globex', service: 'crm' }));
      expect(await claimed.read(late, '/crm/invoices')).toBe('route_not_listed');
      expect(await call()).toBe('route_not_listed');
      expect(await call({ [tenantHeader]: 'globex' })).not.toBe('200');
      expect(arrived()).toBe(before);
      const rule = expect.stringContaining('a tenant is read from a header of its own');
      expect(await own()).toEqual([200, [{ service: 'crm', pointer: '/tenantHeader', rule }], '1']);
      expect(claimed.world.logLines.join('')).toContain('a tenant is read from a header of its own');

      publish('X-Org');
      await claimed.feedApplied();
      expect([await call(), await own()]).toEqual(['200', [200, [], '0']]);
    },
  );

  test('lets the trust document expire: every call is refused, including excepted actions', async () => {
    const soon = toInstant(new Date(Date.now() + 2_000));
    claimed.adopt({ validUntil: soon });
    const approved = await grant();
    const list = '/billing/tenants/acme/invoices';
    const { upstream } = claimed.world;
    const whole = upstream.answer;
    upstream.answer = (_request, response) => void response.writeHead(200).write('the beginning');
    const open = await claimed.world.send({ token: token(approved, claimed.approvals(approved)) });
    upstream.answer = whole;
    const reading = open.text().then(
      () => 'whole',
      () => 'cut',
    );
    const left = async () =>
      (await claimed.read(token(approved, claimed.approvals(approved)), list)) ===
      'not_countersigned trust_expired';
    await until(left, 60_000);
    expect(await claimed.read(token(approved, claimed.approvals(approved)))).toBe(
      'not_countersigned trust_expired',
    );
    expect(await reading).toBe('cut');
    // The people of the last version may still sign the next one.
    claimed.adopt({ validUntil: toInstant(new Date(Date.now() + 86_400_000)) });
    await until(async () => (await claimed.read(token(approved, claimed.approvals(approved)))) === '200');
  });

  onlyInSoak(() => {
    test('removes the pin from the gateway’s file: the tenant stays pinned, and needs its people’s signatures', async () => {
      const approved = await grant();
      await rm(`${claimed.world.spoolDir}/pins.json`);
      await until(() => broker().pins.at(-1)?.[0]?.alarm === 'missing');
      broker().trust = [];
      for (const restarts of [false, true]) {
        if (restarts) await restart();
        expect(await claimed.read(token(approved, claimed.approvals(approved)))).toBe('200');
        expect(await claimed.read(token(approved, []))).toBe('not_countersigned too_few');
      }
    });
  });

  test('opens other, unclaimed tenants on the vendor’s word as before', async () => {
    const globex = await grant({ tenant: 'globex' });
    expect(await claimed.read(broker().forge(globex), '/billing/tenants/globex/invoices/7')).toBe('200');
    const ofGrant = () =>
      broker()
        .recordsOf('allowed')
        .filter(({ digest }) => digest === globex.digest);
    await until(() => ofGrant().length === 1);
    expect(ofGrant()).toMatchObject([{ tenant: 'globex', trust: null }]);
  });
});

describe('P12: a new gateway without a pin', () => {
  test('refuses everything of a claimed tenant, no matter who signed it, and from then on no matter what the feed says', async () => {
    const claimed = await ClaimedWorld.start({ pinned: false });
    const { world } = claimed;
    try {
      const approved = world.broker.grant();
      await claimed.feedApplied();
      const signed = world.broker.forge(approved, { countersignatures: claimed.approvals(approved) });
      expect(await claimed.read(signed)).toBe('not_countersigned not_pinned');
      expect(await claimed.read(signed, '/billing/tenants/acme/invoices')).toBe(
        'not_countersigned not_pinned',
      );
      world.broker.trust = [];
      await world.gateway.close();
      await world.startGateway();
      await until(() => world.gateway.isInTouch());
      expect(await claimed.read(signed)).toBe('not_countersigned not_pinned');
    } finally {
      await world.stop();
    }
  });

  test('with `pinnedOnly` refuses a tenant even if the feed reports no claim', async () => {
    const claimed = await ClaimedWorld.start({ pinned: false, options: { pinnedOnly: true }, inFeed: false });
    const { world } = claimed;
    try {
      const inserted = world.broker.grant();
      await until(
        async () => (await claimed.read(world.broker.forge(inserted))) === 'not_countersigned not_pinned',
      );
      await claimed.pin();
      world.broker.claim('acme', claimed.chain);
      const signed = world.broker.forge(inserted, { countersignatures: claimed.approvals(inserted) });
      await until(async () => (await claimed.read(signed)) === '200');
    } finally {
      await world.stop();
    }
  });
});
