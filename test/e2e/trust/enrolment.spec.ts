/** @soak */

import { applyOrganisation } from '@countersign/access';
import type { PresenceStatement, Signature } from '@countersign/contract';
import { organisation } from '../../factories/organisation.js';
import { AT } from '../../factories/trust.js';
import { MailServer } from '../../fakes/mail-server.js';
import { Authenticator, RecoveryKey } from '../../support/authenticator.js';
import { draftOf, propose, signProposal, trustOf } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import { onlyInSoak } from '../../support/samples.js';
import { enginesOf, SESSION_COOKIE, TestBroker } from '../harness.js';
import { codeOf, expectStatus, makeRequest, review } from '../story.js';

const HOUR = 3_600;
const UPDATE = { scope: [{ resource: 'invoices/*', actions: ['update'] }] };
type Listed = { items: { id: string; activeFrom: string | null; confirmedBy: string | null }[] };
const PROVIDER = {
  issuer: 'http://localhost:4300',
  clientId: 'countersign-acme',
  clientSecretFile: '/nowhere',
};
type Offer = { statement: PresenceStatement; credentials: string[] };

describe.each(enginesOf('SQLite'))('enrolling a passkey on %s', (engine) => {
  let broker: TestBroker;
  let mail: MailServer;
  beforeEach(async () => {
    mail = new MailServer();
    await mail.start();
    const settings = { passkeyCooling: 24 * HOUR, smtpUrl: mail.url };
    broker = await TestBroker.start({ engine, settings });
  });
  afterEach(async () => {
    await broker.close();
    await mail.stop();
  });

  const keysOf = async (by: Customer) => (await by.ask<Listed>('GET', 'passkeys')).items;
  const confirm = (by: Customer, { id }: { id: string }) => by.call('POST', `passkeys/${id}/confirmation`);
  /** Approves with this passkey what has to be countersigned. */
  const approveWith = async (by: Customer, key: Authenticator) => {
    const request = await makeRequest(broker, 'engineer', UPDATE);
    expectStatus(await review(broker, 'reviewer', request), 201);
    const path = `/api/v1/requests/${request.id}`;
    const { statement } = await by.ask<{ statement: PresenceStatement }>('GET', `${path}/statement`);
    const countersignature = key.sign(statement, AT);
    return by.call('POST', `${path}/reviews`, {
      ...{ decision: 'approve', digest: request.digest, countersignature },
    });
  };

  test('a stolen web session enrols no passkey, makes no API key and links no Slack account: each needs a fresh sign-in', async () => {
    const ada = await Customer.of(broker, 'approver');
    const key = await ada.enrol();
    broker.clock.advance(601);
    for (const [method, path, body] of [
      ['POST', 'passkeys/options', undefined],
      ['POST', 'passkeys', { name: 'x', response: new Authenticator().register(new Uint8Array(32), AT) }],
      // Without this passkey no consent would be needed.
      ['DELETE', `passkeys/${key.id}`, undefined],
      ['POST', 'recovery-keys', { jwk: new RecoveryKey().jwk }],
      ['POST', `passkeys/${key.id}/confirmation`, undefined],
      ['POST', '/api/v1/keys', { ttl: 'P90D' }],
      ['POST', '/slack/link', undefined],
    ] as const) {
      const by = path.endsWith('confirmation') ? await staleAdmin() : ada;
      expect(`${path} ${codeOf(await by.call(method, path, body))}`).toBe(
        `${path} 403 fresh_sign_in_required`,
      );
    }
    const admin = await staleAdmin();
    expect(codeOf(await admin.call('DELETE', `passkeys/${key.id}`))).toBe('403 fresh_sign_in_required');
    expect(await keysOf(ada)).toHaveLength(1);
  });
  const staleAdmin = async () => {
    const admin = await Customer.of(broker, 'tenantAdmin');
    broker.clock.advance(601);
    return admin;
  };

  test('a stolen session with a fresh sign-in enrols nothing without the consent of an existing passkey', async () => {
    const ada = await Customer.of(broker, 'approver');
    const ann = await Customer.of(broker, 'tenantAdmin');
    const first = await ada.enrol();
    expectStatus(await confirm(ann, first), 200);
    const passkey = new Authenticator();
    const attempt = async (consent: (offer: Offer) => Signature | undefined) => {
      const options = await ada.options();
      expect(options.consent?.credentials).toEqual([first.id]);
      const signed = consent(options.consent as Offer);
      return ada.send(passkey, Buffer.from(options.challenge, 'base64url'), AT, signed);
    };
    const named = ({ statement }: Offer, credential = passkey.id) => ({ ...statement, credential });
    expect(codeOf(await attempt(() => undefined))).toBe('403 countersignature_required');
    const byItself = await attempt((offer) => passkey.sign(named(offer), AT));
    expect(codeOf(byItself)).toBe('400 invalid_request');
    expect(byItself.body).toMatchObject({ pointer: '/consent/credential' });
    expect(codeOf(await attempt((offer) => first.sign(named(offer, new Authenticator().id), AT)))).toBe(
      '400 invalid_request',
    );
    const other = (await ada.options()).consent as Offer;
    expect(codeOf(await attempt(() => first.sign(named(other), AT)))).toBe('400 invalid_request');
    expect(await keysOf(ada)).toHaveLength(1);
    expectStatus(await attempt((offer) => first.sign(named(offer), AT)), 201);
    expect(await keysOf(ada)).toHaveLength(2);
  });

  onlyInSoak(() => {
    test('a stolen session with a fresh sign-in that removes the old passkey first still needs someone’s consent', async () => {
      const ann = await Customer.of(broker, 'tenantAdmin');
      const ada = await Customer.of(broker, 'approver');
      const old = await ada.enrol();
      expectStatus(await confirm(ann, old), 200);
      expectStatus(await ada.call('DELETE', `passkeys/${old.id}`), 204);
      const thief = await Customer.of(broker, 'approver');
      const first = await thief.enrol();
      // Removing what waits and enrolling again changes nothing.
      expectStatus(await thief.call('DELETE', `passkeys/${first.id}`), 204);
      const passkey = await (await Customer.of(broker, 'approver')).enrol();
      expect(await keysOf(ann)).toEqual([expect.objectContaining({ id: passkey.id, activeFrom: null })]);
      broker.clock.advance(48 * HOUR);
      const bob = await Customer.of(broker, 'secondApprover');
      expectStatus(await confirm(await Customer.of(broker, 'tenantAdmin'), await bob.enrol()), 200);
      const later = (await Customer.of(broker, 'approver')).with([passkey]);
      expect(codeOf(await approveWith(later, passkey))).toBe('403 forbidden');
      expectStatus(await confirm(await Customer.of(broker, 'tenantAdmin'), passkey), 200);
      expectStatus(await approveWith(later, passkey), 201);
    });
  });

  test('in an unclaimed tenant a new passkey approves and claims nothing before its cooling time is over', async () => {
    const ada = await Customer.of(broker, 'approver');
    const key = await ada.enrol();
    const [listed] = await keysOf(ada);
    expect(Date.parse(listed?.activeFrom ?? '') - broker.clock.now().getTime()).toBeGreaterThan(
      23 * HOUR * 1_000,
    );
    expect(codeOf(await ada.call('GET', 'trust/draft'))).toBe('409 conflict');
    // No one could countersign, so the request is refused and not left to wait.
    const refused = await broker.call('engineer', 'POST', '/api/v1/requests/preview', {
      body: { tenant: 'acme', service: 'billing', duration: 'PT30M', justification: 'x', ...UPDATE },
    });
    expect(JSON.stringify(refused.body)).toContain('countersignature_unavailable');
    const bob = await Customer.of(broker, 'secondApprover');
    const ann = await Customer.of(broker, 'tenantAdmin');
    expectStatus(await confirm(ann, await bob.enrol()), 200);
    expect(codeOf(await approveWith(ada, key))).toBe('403 forbidden');
    broker.clock.advance(24 * HOUR);
    const later = (await Customer.of(broker, 'approver')).with([key]);
    expectStatus(await approveWith(later, key), 201);
  });

  onlyInSoak(() => {
    test('another admin’s confirmation makes it count at once; no one confirms their own', async () => {
      const ann = await Customer.of(broker, 'tenantAdmin');
      const ada = await Customer.of(broker, 'approver');
      const bob = await Customer.of(broker, 'secondApprover');
      const own = await ann.enrol();
      expect(codeOf(await confirm(ann, own))).toBe('403 forbidden');
      const key = await bob.enrol();
      expect(codeOf(await confirm(bob, own))).toBe('403 forbidden');
      expectStatus(await confirm(ann, key), 200);
      expect(codeOf(await confirm(ann, key))).toBe('409 wrong_state');
      expect(await keysOf(ada)).toContainEqual(expect.objectContaining({ id: key.id, confirmedBy: ann.id }));
      expectStatus(await approveWith(bob, key), 201);
    });

    test('a stolen session or key that adds two admins, who confirm each other, gets no passkey that counts at once', async () => {
      const added = async (name: string) => {
        const body = { email: `${name}@acme.example`, name, roles: ['admin', 'approver'] };
        const answer = await broker.call('tenantAdmin', 'POST', '/api/v1/tenants/acme/people', { body });
        return (expectStatus(answer, 201).body as { id: string }).id;
      };
      const puppets = { approver: await added('eve'), secondApprover: await added('mallory') };
      const ann = await Customer.of(broker, 'tenantAdmin');
      Object.assign(broker.persons, puppets);
      const of = (who: keyof typeof puppets) => Customer.of(broker, who, { assurance: 'mail-code' });
      const [eve, mallory] = [await of('approver'), await of('secondApprover')];
      const key = await eve.enrol();
      expect(codeOf(await confirm(mallory, key))).toBe('403 forbidden');
      // An admin whom the host has named, or of longer standing, may.
      expectStatus(await confirm(ann, await mallory.enrol()), 200);
      broker.clock.advance(24 * HOUR);
      expectStatus(await confirm(await of('secondApprover'), key), 200);
    });

    test('its owner and all admins are notified of a new passkey, and of a removed one', async () => {
      const bob = await Customer.of(broker, 'secondApprover');
      const key = await bob.enrol();
      const mailed = async (subject: RegExp) => {
        for (const address of ['bob@acme.example', 'ann@acme.example'])
          await eventually(`a mail to ${address}`, () =>
            mail.to(address).find((each) => subject.test(each.header('subject') ?? '')),
          );
      };
      await mailed(/New passkey of Bob/);
      expectStatus(await bob.call('DELETE', `passkeys/${key.id}`), 204);
      await mailed(/Passkey of Bob .* removed/);
    });
  });

  describe('customers without a provider', () => {
    const mailed = (who: 'tenantAdmin' | 'approver') => Customer.of(broker, who, { assurance: 'mail-code' });
    /** Signs in with the passkey besides the code. @returns the same person in the stronger session */
    const strengthened = async (by: Customer, who: 'tenantAdmin' | 'approver') => {
      const { statement } = await by.ask<Offer>('POST', '/api/v1/session/passkey/options');
      const countersignature = by.key.sign(statement, AT);
      const answer = expectStatus(
        await by.call('POST', '/api/v1/session/passkey', { countersignature }),
        200,
      );
      expect(answer.body).toMatchObject({ assurance: 'passkey', kind: 'web' });
      const cookie = answer.headers.getSetCookie().find((text) => text.startsWith(SESSION_COOKIE)) ?? '';
      const [pair = ''] = cookie.split(';');
      expect(codeOf(await by.call('GET', '/api/v1/session'))).toBe('401 unauthenticated');
      return Customer.in(broker, who, pair).with(by.authenticators);
    };

    test('one mailbox claims nothing: its passkey never counts by itself, and the session stays weak', async () => {
      const thief = await mailed('tenantAdmin');
      const key = await thief.enrol();
      broker.clock.advance(48 * HOUR);
      const later = (await mailed('tenantAdmin')).with([key]);
      expect((await keysOf(later))[0]).toMatchObject({ id: key.id, activeFrom: null });
      expect(codeOf(await later.call('POST', '/api/v1/session/passkey/options'))).toBe('409 wrong_state');
      expect(codeOf(await later.call('GET', 'trust/draft'))).toBe('409 conflict');
      expect(codeOf(await confirm(later, key))).toBe('403 forbidden');
      expect(codeOf(await later.call('POST', 'trust/proposals', { document: {} }))).toBe('403 forbidden');
      expect(codeOf(await later.call('POST', 'recovery-keys', { jwk: new RecoveryKey().jwk }))).toBe(
        '403 forbidden',
      );
    });

    onlyInSoak(() => {
      test('two mailed codes to two admins claim: each confirms the other’s passkey', async () => {
        const [first, second] = [await mailed('tenantAdmin'), await mailed('approver')];
        const key = await first.enrol();
        expectStatus(await confirm(second, key), 200);
        const ann = await strengthened(first, 'tenantAdmin');
        expect(codeOf(await ann.call('POST', 'passkeys/options'))).toBe('200 undefined');
        const spare = await ann.enrol();
        expectStatus(await confirm(second, spare), 200);
        const proposal = await propose(ann, await draftOf(ann));
        await signProposal(ann, proposal, key);
        await signProposal(ann, proposal, spare);
        expect(await trustOf(ann)).toMatchObject({ claimed: true, seq: 1 });
        // From then on a mailed code and the passkey are as good as a provider.
        const again = await strengthened((await mailed('tenantAdmin')).with([key]), 'tenantAdmin');
        expect((await again.call('POST', 'passkeys/options')).status).toBe(200);
      });

      test('a session from before the customer had a provider does not go around it: it is not strengthened, renewed or used to confirm', async () => {
        const [first, second] = [await mailed('tenantAdmin'), await mailed('approver')];
        const key = await first.enrol();
        expectStatus(await confirm(second, key), 200);
        const { statement } = await first.ask<Offer>('POST', '/api/v1/session/passkey/options');
        const weak = (await mailed('tenantAdmin')).with([key]);
        const strong = await strengthened(weak, 'tenantAdmin');
        const waiting = await second.enrol();
        const file = organisation((draft) => {
          draft.tenants[0]!.oidc = PROVIDER;
        });
        await applyOrganisation(broker.host, file, { dryRun: false });
        const signed = { countersignature: key.sign(statement, AT) };
        for (const [by, path, body] of [
          [first, '/api/v1/session/passkey', signed],
          [first, '/api/v1/session/passkey/options', undefined],
          [strong, '/api/v1/session/passkey/options', undefined],
          [first, `passkeys/${waiting.id}/confirmation`, undefined],
        ] as const)
          expect(`${path} ${codeOf(await by.call('POST', path, body))}`).toBe(`${path} 403 forbidden`);
        // Nobody loses a session that is still open.
        expect((await strong.call('GET', '/api/v1/session')).status).toBe(200);
      });
    });

    test('a mailed code and someone else’s passkey strengthen nothing, and a signature counts once', async () => {
      const [first, second] = [await mailed('tenantAdmin'), await mailed('approver')];
      const key = await first.enrol();
      expectStatus(await confirm(second, key), 200);
      const { statement } = await first.ask<Offer>('POST', '/api/v1/session/passkey/options');
      const signed = (by: Authenticator) => ({ countersignature: by.sign(statement, AT) });
      const stranger = new Authenticator();
      expect(codeOf(await first.call('POST', '/api/v1/session/passkey', signed(stranger)))).toBe(
        '400 invalid_request',
      );
      expect(codeOf(await second.call('POST', '/api/v1/session/passkey', signed(key)))).toBe(
        '409 wrong_state',
      );
      // Bob has a passkey that counts too. Ann's passkey signs Bob's own statement: it is still Ann's.
      const bobs = await second.enrol();
      expectStatus(await confirm(first, bobs), 200);
      const offer = await second.ask<Offer>('POST', '/api/v1/session/passkey/options');
      expect(offer.credentials).toEqual([bobs.id]);
      const borrowed = { countersignature: key.sign(offer.statement, AT) };
      expect(codeOf(await second.call('POST', '/api/v1/session/passkey', borrowed))).toBe(
        '400 invalid_request',
      );
      const other = (await mailed('tenantAdmin')).with([key]);
      expect(codeOf(await other.call('POST', '/api/v1/session/passkey', signed(key)))).toBe(
        '409 wrong_state',
      );
      expectStatus(await first.call('POST', '/api/v1/session/passkey', signed(key)), 200);
    });
  });
});
