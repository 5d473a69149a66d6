/** @soak */

import { applyOrganisation, type Organisation } from '@countersign/access';
import {
  type ApprovalStatement,
  INVITATION_TYPE,
  type Signature,
  type Statement,
  statementHash,
  type TrustDocument,
  toInstant,
} from '@countersign/contract';
import { setPin, writePins } from '@countersign/gateway-protocol';
import { type RunningGateway, startGateway } from '../../../apps/gateway/src/main.js';
import { hashing } from '../../factories/grant-token.js';
import { organisation } from '../../factories/organisation.js';
import { AT, nextTrust } from '../../factories/trust.js';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { FeedBroker } from '../../fakes/feed-broker.js';
import { until } from '../../fakes/until.js';
import { Attacker, type StoredGrant } from '../../support/attacker.js';
import { Authenticator } from '../../support/authenticator.js';
import { claim, draftOf, type Proposal, propose, signProposal, trustOf } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { freePort } from '../../support/free-port.js';
import { onlyInSoak } from '../../support/samples.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { enginesOf, TestBroker } from '../harness.js';
import {
  codeOf,
  expectStatus,
  makeGrant,
  makeRequest,
  mintToken,
  type RequestBody,
  readRequest,
  review,
} from '../story.js';

const LONG_MS = 60_000;
const EVE = 'usr_0199f0a0-7b2c-7003-8000-0000000000e1';
const INVOICE = '/billing/tenants/acme/invoices/7';

/**
 * An attacker has the real broker, its database and its keys. The gateway has pinned the trust document that Ada and Bob
 * signed, which requires two approvals. The tests build on each other; the worst attack comes last.
 */
describe.each(enginesOf('SQLite'))('P12: with the broker’s real database (%s) and signing keys', (engine) => {
  let broker: TestBroker;
  let attacker: Attacker;
  let upstream: CountingUpstream;
  let gateway: RunningGateway;
  let enrolled: Awaited<ReturnType<TestBroker['enrolGateway']>>;
  const folders: string[] = [];
  let ada: Customer;
  let bob: Customer;
  let trust: string;
  let approved: StoredGrant;
  let signatures: Signature<ApprovalStatement>[];
  let token: string;
  let impostor: FeedBroker | undefined;
  const eve = new Authenticator();

  const file = (change: (file: Organisation) => void = () => undefined) =>
    organisation((each) => {
      for (const service of each.services) service.upstream = upstream.origin;
      change(each);
    });
  const start = async (spoolDir: string, credential = enrolled.text, pinnedOnly = false) => {
    const place = { credential, host: '127.0.0.1', port: 0, spoolDir };
    const running = await startGateway({ ...place, pinnedOnly, logLevel: 'silent' });
    await until(() => running.isInTouch(), LONG_MS);
    return running;
  };
  /** Restarts the gateway on the same disk: it receives everything again. */
  const restart = async () => {
    await gateway.close();
    gateway = await start(folders[0] ?? '');
  };
  /** What the broker reports after the attacker changed its store directly. */
  const restartAll = async (...statements: string[]) => {
    await broker.broker.close();
    await attacker.sql(...statements);
    await broker.run();
    await restart();
  };
  /** Calls the connected gateway: 200, or the code and reason of the refusal. */
  const read = async (bearer: string, path = INVOICE, at = gateway): Promise<string> => {
    let said = 'not_in_touch';
    await until(async () => {
      const answer = await fetch(at.url + path, { headers: { authorization: `Bearer ${bearer}` } });
      const text = await answer.text();
      const { code, reason } = answer.status === 200 ? {} : (JSON.parse(text) as Record<string, string>);
      said = [answer.status === 200 ? '200' : code, reason].filter(Boolean).join(' ');
      return said !== 'not_in_touch';
    }, LONG_MS);
    return said;
  };
  /** The same for a grant that was just inserted into the store, once the gateway has received it. */
  const readNew = async (bearer: string, path = INVOICE, at = gateway): Promise<string> => {
    let said = '';
    await until(async () => {
      said = await read(bearer, path, at);
      return said !== 'grant_ended';
    }, LONG_MS);
    return said;
  };
  const inserted = (change: Parameters<Attacker['insertGrant']>[1] = {}) =>
    attacker.insertGrant(approved, change);
  /** Resolves when the gateway has received everything that was sent before. */
  const heard = async () => readNew(await attacker.token(await inserted()));

  const asked = async () => {
    const request = await makeRequest(broker, 'engineer');
    expectStatus(await review(broker, 'reviewer', request), 201);
    return request;
  };
  const statementFor = async (by: Customer, { id }: RequestBody) =>
    (await by.ask<{ statement: ApprovalStatement }>('GET', `/api/v1/requests/${id}/statement`)).statement;
  const approve = async (by: Customer, request: RequestBody, countersignature: Signature) => {
    const body = { decision: 'approve', digest: request.digest, countersignature };
    return by.call('POST', `/api/v1/requests/${request.id}/reviews`, body);
  };
  const withClaims = (countersignatures: readonly Signature[]) => ({ countersignatures });
  const hits = () => upstream.hits.length;

  beforeAll(async () => {
    upstream = new CountingUpstream();
    await upstream.start();
    broker = await TestBroker.start({ engine, organisation: file(), settings: { port: await freePort() } });
    attacker = new Attacker(broker);
    ada = await Customer.of(broker, 'approver');
    bob = await Customer.of(broker, 'secondApprover');
    trust = (
      await claim([ada, bob], { approvals: 2, threshold: 2, countersign: { exceptActions: ['list'] } })
    ).hash;
    enrolled = await broker.enrolGateway('one');
    for (const name of ['takeover', 'fresh', 'strict', 'late']) folders.push(await tempFolder(name));
    await writePins(folders[0] ?? '', { acme: setPin(undefined, trust, Date.now()).pin });
    gateway = await start(folders[0] ?? '');
    const request = await asked();
    signatures = [];
    for (const by of [ada, bob]) {
      const signature = by.key.sign(await statementFor(by, request), AT);
      signatures.push(signature);
      expectStatus(await approve(by, request, signature), 201);
    }
    const { grant } = await readRequest(broker, request.id);
    token = (await mintToken(broker, String(grant))).access_token;
    approved = await attacker.grant(String(grant));
  }, LONG_MS);
  afterAll(async () => {
    await gateway.close();
    await impostor?.stop();
    if (impostor !== undefined) await broker.run();
    await broker.close();
    await upstream.stop();
    await Promise.all(folders.map(removeFolder));
  });
  /** After every attack a properly signed grant still works: the gateway does not simply refuse everything. */
  afterEach(async () => {
    expect(await read(token)).toBe('200');
    expect(hits()).toBe(1);
    upstream.hits.length = 0;
  });

  test('a call that two people have countersigned is forwarded, and its record names the trust document', async () => {
    expect(await read(token)).toBe('200');
    upstream.hits.length = 0;
    await until(async () => {
      const path = '/api/v1/tenants/acme/access-records';
      const { body } = await broker.call('tenantAuditor', 'GET', path);
      return (body as { items: { trust: string | null }[] }).items[0]?.trust === trust;
    }, LONG_MS);
  });

  test('a stop submitted at the gateway reaches the broker, which then refuses; so does its lift', async () => {
    const hand = async (countersignature: Signature) => {
      const body = JSON.stringify({ countersignature });
      expect((await fetch(`${gateway.url}/countersign/stop`, { method: 'POST', body })).status).toBe(204);
    };
    const offered = async (path: string) => (await ada.ask<{ statement: Statement }>('GET', path)).statement;
    const stops = async () =>
      (await ada.ask<{ items: { hash: string; person: string }[] }>('GET', 'stops')).items;
    const stop = ada.key.sign(await offered('stops/statement'), AT);
    await hand(stop);
    expect(await read(token)).toBe('locked');
    const hash = statementHash(hashing, stop.statement);
    await until(async () => (await stops()).length === 1, LONG_MS);
    expect(await stops()).toMatchObject([{ hash, person: ada.id, countersignature: stop }]);
    const pass = (countersignature: unknown) =>
      broker.fetch('POST', '/gateway/v1/stops', {
        body: { countersignature },
        headers: { authorization: enrolled.bearer },
      });
    const later = { ...stop.statement, nonce: `A${'B'.repeat(41)}A` } as Statement;
    for (const wrong of [{ ...stop, statement: later }, signatures[0]])
      expect(codeOf(await pass(wrong))).toBe('400 invalid_request');
    expect((await pass(eve.sign(later, AT))).status).toBe(204);
    expect(await stops()).toHaveLength(1);
    expect((await pass(stop)).status).toBe(204);
    await hand(ada.key.sign(await offered(`lifts/statement?stop=${hash}`), AT));
    await until(async () => (await stops()).length === 0, LONG_MS);
    expect((await pass(stop)).status).toBe(204);
    expect(await stops()).toEqual([]);
  });

  test('the attacker inserts a grant that no one signed, and one with another grant’s signatures', async () => {
    const grant = await inserted();
    expect(await readNew(await attacker.token(grant))).toBe('not_countersigned too_few');
    expect(await read(await attacker.token(grant, withClaims(signatures)))).toBe(
      'not_countersigned wrong_digest',
    );
  });

  onlyInSoak(() => {
    test('the attacker counts an approval twice: with a second device, and as two people who are the same person', async () => {
      const alias = { id: EVE, email: 'ada+again@acme.example' };
      await attacker.copy('people', `id = '${ada.id}'`, alias);
      const [first] = signatures as [Signature<ApprovalStatement>];
      const spare = ada.authenticators[1] as Authenticator;
      const twice = async (person: string) =>
        read(
          await attacker.token(approved, withClaims([first, spare.sign({ ...first.statement, person }, AT)])),
        );
      expect(await twice(ada.id)).toBe('not_countersigned duplicate_person');
      expect(await twice(bob.id)).toBe('not_countersigned unknown_key');
      expect(await twice(EVE)).toBe('not_countersigned unknown_person');
      await attacker.sql(`DELETE FROM people WHERE id = '${EVE}'`);
    });

    test('the attacker widens the window: longer than the terms, and to a start before the signatures', async () => {
      const end = Date.parse(approved.endsAt) / 1_000 + 1;
      const longer = await attacker.token(approved, { ...withClaims(signatures), grant_exp: end });
      expect(await read(longer)).toBe('invalid_token digest_mismatch');
      const request = await asked();
      const both = [];
      for (const by of [ada, bob]) both.push(by.key.sign(await statementFor(by, request), AT));
      const [row] = await attacker.rows<{ terms: string }>(
        `SELECT terms FROM requests WHERE id = '${request.id}'`,
      );
      const terms = JSON.parse(row?.terms ?? '') as StoredGrant['terms'];
      const { notBefore } = both[0]!.statement as { notBefore: string };
      const startsAt = toInstant(new Date(Date.parse(notBefore) - 600_000));
      const early = await attacker.open({ like: approved, terms, digest: request.digest, startsAt });
      expect(await readNew(await attacker.token(early, withClaims(both)))).toBe(
        'not_countersigned outside_window',
      );
    });

    test('the attacker reuses the digest under a second grant id, with a fresh budget', async () => {
      const request = await asked();
      for (const by of [ada, bob])
        expectStatus(await approve(by, request, by.key.sign(await statementFor(by, request), AT)), 201);
      const { grant } = await readRequest(broker, request.id);
      const real = (await mintToken(broker, String(grant))).access_token;
      expect(await readNew(real)).toBe('200');
      upstream.hits.length = 0;
      const stored = await attacker.grant(String(grant));
      const [claims] = [JSON.parse(Buffer.from(real.split('.')[1] ?? '', 'base64url').toString())];
      const second = { ...stored, id: stored.id.replace(/.$/, (last) => (last === '0' ? '1' : '0')) };
      await attacker.sql(`UPDATE grants SET id = '${second.id}' WHERE id = '${stored.id}'`);
      for (const restarts of [false, true]) {
        if (restarts) await restart();
        else await attacker.tell('grant', second.id);
        await heard();
        const again = await attacker.token(second, withClaims(claims.countersignatures));
        expect(await read(again)).toBe('grant_ended');
      }
    });

    test('the attacker remaps a route so that `read` means payroll', async () => {
      const remap = (each: Organisation) => {
        for (const route of each.services[0]?.routes ?? [])
          if (route.resource === 'payroll')
            Object.assign(route, {
              path: '/tenants/{tenant}/payroll/{id}',
              resource: 'invoices/{id}',
              action: 'read',
            });
      };
      const payroll = '/billing/tenants/acme/payroll/7';
      await applyOrganisation(broker.host, file(remap), { dryRun: false });
      const [current] = await attacker.rows<{ routes: string }>(
        "SELECT routes FROM services WHERE name = 'billing'",
      );
      const grant = await inserted({ routes: String(current?.routes) });
      const forged = await attacker.token(grant, withClaims(signatures));
      expect(await readNew(forged, payroll)).toBe('not_countersigned wrong_digest');
      expect(await read(token, payroll)).toBe('route_not_listed');
      await applyOrganisation(broker.host, file(), { dryRun: false });
      await heard();
    });

    test('the attacker changes the basis to one that needs no approval', async () => {
      for (const basis of ['emergency', 'legal'] as const) {
        const grant = await inserted({ basis });
        expect(await readNew(await attacker.token(grant))).toBe('not_countersigned basis_not_accepted');
      }
      const invitation = statementHash(hashing, {
        ...signatures[0]!.statement,
        type: INVITATION_TYPE,
      } as unknown as Statement);
      const grant = await inserted({ basis: 'invitation', invitation });
      expect(await readNew(await attacker.token(grant))).toBe('not_countersigned too_few');
    });

    test('the attacker reuses an old approval as the signature that enrols a key', async () => {
      const [row] = await attacker.rows<{ document: string }>(
        "SELECT document FROM trust_versions WHERE tenant = 'acme'",
      );
      const genesis = JSON.parse(row?.document ?? '') as TrustDocument;
      const people = [...genesis.people, { person: EVE, passkeys: [eve.passkey] }];
      const document = nextTrust(genesis, { people });
      const reused = signatures.map((signature) => ({ ...signature, statement: document }));
      await attacker.copy('trust_versions', "tenant = 'acme'", {
        ...{ seq: 2, hash: statementHash(hashing, document), document: JSON.stringify(document) },
        signatures: JSON.stringify([...reused, eve.sign(document, AT)]),
      });
      await attacker.tell('trust', 'acme');
      const grant = await inserted();
      const statement = { ...signatures[0]!.statement, digest: grant.digest };
      const theirs = [eve.sign({ ...statement, person: EVE }, AT), ada.key.sign(statement, AT)];
      expect(await readNew(await attacker.token(grant, withClaims(theirs)))).toBe(
        'not_countersigned unknown_person',
      );
      await attacker.sql("DELETE FROM trust_versions WHERE tenant = 'acme' AND seq = 2");
    });

    test('the attacker sends an older trust chain, also after a restart', async () => {
      const forbid = [{ service: 'billing', resource: 'invoices/9', actions: ['*'] }];
      const ninth = INVOICE.replace('7', '9');
      const draft = await draftOf(ada);
      let next: Proposal = await propose(ada, { ...draft, forbid: [...draft.forbid, ...forbid] });
      for (const by of [ada, bob]) next = await signProposal(by, next);
      await until(async () => (await read(token, ninth)) === 'insufficient_scope forbidden', LONG_MS);
      upstream.hits.length = 0;
      const [second] = await attacker.rows<{ document: string; signatures: string }>(
        `SELECT document, signatures FROM trust_versions WHERE hash = '${next.hash}'`,
      );
      const remove = "DELETE FROM trust_versions WHERE tenant = 'acme' AND seq = 2";
      await restartAll(remove);
      expect(await read(token, ninth)).toBe('insufficient_scope forbidden');

      // This gateway never saw the second version but its pin names it: it opens nothing until that version arrives.
      const { pin } = setPin(undefined, trust, Date.now(), next.hash);
      await writePins(folders[3] ?? '', { acme: pin });
      const late = await start(folders[3] ?? '', (await broker.enrolGateway('late')).text);
      try {
        for (const path of [INVOICE, ninth])
          expect(await readNew(token, path, late)).toBe('not_countersigned not_pinned');
        const shown = async () =>
          (await trustOf(ada)).gateways.filter(({ id }) => id !== enrolled.credential.gateway);
        const pinned = { pinned: trust, atLeast: [next.hash] };
        await until(async () => (await shown())[0]?.behind === trust, LONG_MS);
        expect(await shown()).toMatchObject([{ ...pinned, current: null, behind: trust }]);
        await attacker.copy('trust_versions', "tenant = 'acme'", { seq: 2, hash: next.hash, ...second });
        await attacker.tell('trust', 'acme');
        await until(async () => (await read(token, ninth, late)) === 'insufficient_scope forbidden', LONG_MS);
        await until(async () => (await shown())[0]?.current === next.hash, LONG_MS);
        expect(await shown()).toMatchObject([{ ...pinned, behind: null }]);
      } finally {
        await late.close();
        await restartAll(remove);
      }
    });

    test('the attacker lowers the approvals and swaps a key in the stored trust document: the broker accepts it, the gateway does not', async () => {
      const [stored] = await attacker.rows<{ document: string; signatures: string }>(
        "SELECT document, signatures FROM trust_versions WHERE tenant = 'acme'",
      );
      const { document = '', signatures: real = '' } = stored ?? {};
      const lowered = { ...(JSON.parse(document) as TrustDocument), approvals: 1, threshold: 1 };
      for (const each of lowered.people) if (each.person === bob.id) each.passkeys = [eve.passkey];
      const signed = (JSON.parse(real) as Signature[]).map((each) => ({ ...each, statement: lowered }));
      const write = (text: string, theirs: string) =>
        `UPDATE trust_versions SET document = '${text}', signatures = '${theirs}' WHERE tenant = 'acme'`;
      const enrol = `INSERT INTO passkeys (id, tenant, person, name, jwk, client_data_json, attestation_object, rp_id, created_at)
      SELECT '${eve.passkey.id}', tenant, person, name, '${JSON.stringify(eve.passkey.jwk)}', client_data_json,
        attestation_object, rp_id, created_at
      FROM passkeys WHERE person = '${bob.id}' LIMIT 1`;
      await restartAll(write(JSON.stringify(lowered), JSON.stringify(signed)), enrol);
      for (const [by, key, reason] of [
        [ada, ada.key, 'too_few'],
        [bob, eve, 'unknown_key'],
      ] as const) {
        const request = await asked();
        expectStatus(await approve(by, request, key.sign(await statementFor(by, request), AT)), 201);
        const { grant } = await readRequest(broker, request.id);
        const minted = (await mintToken(broker, String(grant))).access_token;
        expect(await readNew(minted)).toBe(`not_countersigned ${reason}`);
      }
      await restartAll(write(document, real), `DELETE FROM passkeys WHERE id = '${eve.passkey.id}'`);
    });

    test('a fresh gateway has no pin: it opens nothing of the tenant, no matter who signed', async () => {
      const fresh = await start(folders[1] ?? '', (await broker.enrolGateway('fresh')).text);
      try {
        expect(await readNew(token, INVOICE, fresh)).toBe('not_countersigned not_pinned');
      } finally {
        await fresh.close();
      }
    });

    test('the attacker removes the claim and every rule from the database, and claims the tenant again under its slug', async () => {
      const emptied = ['trust_versions', 'trust_proposals', 'passkeys'].map(
        (table) => `DELETE FROM ${table}`,
      );
      const [tenant] = await attacker.rows<{ controls: string }>(
        "SELECT controls FROM tenants WHERE slug = 'acme'",
      );
      const controls = JSON.stringify({ ...JSON.parse(tenant?.controls ?? ''), countersign: [] });
      await restartAll(...emptied, `UPDATE tenants SET controls = '${controls}' WHERE slug = 'acme'`);
      const { grant } = await makeGrant(broker);
      expect(await readNew((await mintToken(broker, grant)).access_token)).toBe('not_countersigned too_few');
      const strict = await start(folders[2] ?? '', (await broker.enrolGateway('strict')).text, true);
      try {
        expect(await readNew((await mintToken(broker, grant)).access_token, INVOICE, strict)).toBe(
          'not_countersigned not_pinned',
        );
      } finally {
        await strict.close();
      }
      const asAda = await Customer.of(broker, 'approver');
      const reclaimed = await claim([asAda]);
      expect(reclaimed.hash).not.toBe(trust);
      const request = await asked();
      expectStatus(
        await approve(asAda, request, asAda.key.sign(await statementFor(asAda, request), AT)),
        201,
      );
      const countersigned = await readRequest(broker, request.id);
      const minted = (await mintToken(broker, String(countersigned.grant))).access_token;
      expect(await readNew(minted)).toBe('not_countersigned wrong_trust');
    });

    test('the attacker also steals the feed key: another program impersonates the broker and reports that no one has claimed', async () => {
      const { gateway: id, secret } = enrolled.credential;
      const { services } = file();
      impostor = new FeedBroker(await attacker.stolen({ gateway: id, secret }));
      Object.assign(impostor, { services, epoch: 1_000_000 });
      impostor.grants = [{ ...approved, tenant: 'acme', service: 'billing', budget: null }];
      const grant = impostor.grant();
      await broker.broker.close();
      await impostor.start();
      expect(await readNew(impostor.forge(grant))).toBe('not_countersigned too_few');
    });
  });
});
