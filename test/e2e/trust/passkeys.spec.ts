/** @soak */

import { AT } from '../../factories/trust.js';
import { Authenticator, type Ceremony, RecoveryKey } from '../../support/authenticator.js';
import { Customer } from '../../support/customer.js';
import { onlyInSoak, someRows } from '../../support/samples.js';
import type { Engine } from '../filled-database.js';
import { enginesOf, TestBroker } from '../harness.js';
import { codeOf } from '../story.js';

type Passkey = { id: string; person: string; jwk: object; inTrust: boolean };
type Listed = { items: Passkey[]; recoveryKeys: Passkey[] };

let broker: TestBroker;
let ada: Customer;
async function start(engine: Engine): Promise<void> {
  broker = await TestBroker.start({ engine });
  ada = await Customer.of(broker, 'approver');
}
const close = () => broker.close();

describe.each(enginesOf('SQLite'))('a new passkey on %s', (engine) => {
  beforeAll(() => start(engine));
  afterAll(close);

  const CEREMONIES: [string, Ceremony][] = [
    ['without the person verified', { ...AT, flags: 0x01 }],
    ['without the person present', { ...AT, flags: 0x04 }],
    ['at another origin', { ...AT, origin: 'http://localhost:4001' }],
    ['for another relying party', { ...AT, rpId: 'example.com' }],
    ['within another site’s page', { ...AT, clientData: { crossOrigin: true } }],
    ['as an assertion', { ...AT, clientData: { type: 'webauthn.get' } }],
  ];
  test.each(someRows(CEREMONIES))('P12: one that was made %s is refused', async (_how, ceremony) => {
    const sent = await ada.send(new Authenticator(), await ada.challenge(), ceremony);
    expect(codeOf(sent)).toBe('400 invalid_request');
    expect((await ada.ask<Listed>('GET', 'passkeys')).items).toEqual([]);
  });
});

describe.each(enginesOf('SQLite'))('a customer’s passkeys on %s', (engine) => {
  beforeEach(() => start(engine));
  afterEach(close);

  const events = async () => {
    const { body } = await broker.call('tenantAuditor', 'GET', '/api/v1/tenants/acme/events?limit=200');
    return (body as { items: { type: string; actor: string; data: Record<string, unknown> }[] }).items;
  };

  test('are enrolled with user verification, listed and removed, with an event for each', async () => {
    const options = await ada.ask('POST', 'passkeys/options');
    expect(options).toMatchObject({
      rp: { id: 'localhost' },
      authenticatorSelection: { userVerification: 'required' },
      pubKeyCredParams: [
        { alg: -7, type: 'public-key' },
        { alg: -257, type: 'public-key' },
      ],
    });
    const key = await ada.enrol();
    const { items } = await ada.ask<Listed>('GET', 'passkeys');
    expect(items).toEqual([
      expect.objectContaining({ id: key.id, person: ada.id, jwk: key.jwk, name: 'a laptop', inTrust: false }),
    ]);
    expect((await ada.call('DELETE', `passkeys/${key.id}`)).status).toBe(204);
    expect(codeOf(await ada.call('DELETE', `passkeys/${key.id}`))).toBe('404 not_found');
    expect(codeOf(await ada.call('DELETE', 'passkeys/%00'))).toBe('404 not_found');
    expect((await ada.ask<Listed>('GET', 'passkeys')).items).toEqual([]);
    const logged = (await events()).filter(({ type }) => type.startsWith('passkey.'));
    expect(logged.map(({ type, actor, data }) => [type, actor, data['credential']])).toEqual([
      ['passkey.removed', ada.id, key.id],
      ['passkey.enrolled', ada.id, key.id],
    ]);
  });

  test('P12: a challenge is valid once, for the session that received it, for five minutes', async () => {
    const challenge = await ada.challenge();
    const bob = await Customer.of(broker, 'secondApprover');
    const elsewhere = await Customer.of(broker, 'approver');
    for (const other of [bob, elsewhere])
      expect(codeOf(await other.send(new Authenticator(), challenge))).toBe('409 wrong_state');
    expect((await ada.send(new Authenticator(), challenge)).status).toBe(201);
    expect(codeOf(await ada.send(new Authenticator(), challenge))).toBe('409 wrong_state');
    expect(codeOf(await ada.send(new Authenticator(), new Uint8Array(32)))).toBe('409 wrong_state');
    const late = await ada.challenge();
    broker.clock.advance(301);
    expect(codeOf(await ada.send(new Authenticator(), late))).toBe('409 wrong_state');
  });

  onlyInSoak(() => {
    test('P12: a passkey may be created at the customer’s own signing page, which the first version then names', async () => {
      const origin = 'https://sign.acme.example';
      const there = { rpId: 'sign.acme.example', origin };
      const enrolAt = async (body: object, at: Ceremony) => {
        const options = await ada.ask<{ challenge: string; rp: object }>('POST', 'passkeys/options', {
          origin,
        });
        expect(options.rp).toMatchObject({ id: 'sign.acme.example' });
        const response = new Authenticator().register(Buffer.from(options.challenge, 'base64url'), at);
        return ada.call('POST', 'passkeys', { name: 'a laptop', response, ...body });
      };
      expect(codeOf(await enrolAt({}, there))).toBe('400 invalid_request');
      expect(codeOf(await enrolAt({ origin }, AT))).toBe('400 invalid_request');
      expect(codeOf(await enrolAt({ origin: 'https://sign.globex.example' }, there))).toBe(
        '400 invalid_request',
      );
      expect((await enrolAt({ origin }, there)).status).toBe(201);
      expect(codeOf(await ada.call('GET', 'trust/draft'))).toBe('409 conflict');
      const draft = await ada.ask('GET', `trust/draft?origin=${encodeURIComponent(origin)}`);
      expect(draft).toMatchObject({ rpId: 'sign.acme.example', origins: [origin] });
      for (const odd of ['http://sign.acme.example', `${origin}/`, 'https://192.0.2.1'])
        expect(codeOf(await ada.call('POST', 'passkeys/options', { origin: odd }))).toBe(
          '400 invalid_request',
        );
    });

    test('a credential has one owner', async () => {
      const key = await ada.enrol();
      const bob = await Customer.of(broker, 'secondApprover');
      expect(codeOf(await bob.send(key, await bob.challenge()))).toBe('409 conflict');
      const foreign = await Customer.of(broker, 'foreignApprover', { tenant: 'globex' });
      expect(codeOf(await foreign.send(key, await foreign.challenge()))).toBe('409 conflict');
    });
  });

  test('P12: an API key, a mailed code or a command-line login can neither remove a passkey nor register a recovery key', async () => {
    const key = await ada.enrol();
    const mailed = await Customer.of(broker, 'approver', { assurance: 'mail-code' });
    const recovery = { jwk: new RecoveryKey().jwk };
    // A mailed code enrols one, but it waits for another admin: test/e2e/trust/enrolment.spec.ts.
    const enrols = (path: string) => path.startsWith('passkeys') && !path.includes(key.id);
    for (const [method, path, body] of [
      ['POST', 'passkeys/options', undefined],
      ['POST', 'passkeys', { name: 'x', response: key.register(new Uint8Array(32), AT) }],
      ['DELETE', `passkeys/${key.id}`, undefined],
      ['POST', 'recovery-keys', recovery],
    ] as const) {
      if (!enrols(path)) expect(codeOf(await mailed.call(method, path, body))).toBe('403 forbidden');
      const byKey = await broker.call('approver', method, `/api/v1/tenants/acme/${path}`, {
        ...(body === undefined ? {} : { body }),
      });
      expect(codeOf(byKey)).toBe('403 forbidden');
    }
  });

  test('P9: a person of another tenant, or one without the role, can neither see nor change them', async () => {
    const key = await ada.enrol();
    const foreign = await Customer.of(broker, 'foreignAdmin');
    expect(codeOf(await foreign.call('GET', 'passkeys'))).toBe('404 not_found');
    expect(codeOf(await foreign.call('POST', 'passkeys/options'))).toBe('404 not_found');
    expect(codeOf(await foreign.call('DELETE', `passkeys/${key.id}`))).toBe('404 not_found');
    const auditor = await Customer.of(broker, 'tenantAuditor');
    expect(codeOf(await auditor.call('POST', 'passkeys/options'))).toBe('403 forbidden');
    const bob = await Customer.of(broker, 'secondApprover');
    expect(codeOf(await bob.call('DELETE', `passkeys/${key.id}`))).toBe('403 forbidden');
  });

  onlyInSoak(() => {
    test('each person has at most one recovery key; a new one replaces the old one', async () => {
      const first = new RecoveryKey();
      const second = new RecoveryKey();
      for (const { jwk } of [first, second]) await ada.ask('POST', 'recovery-keys', { jwk }, 201);
      const { recoveryKeys } = await ada.ask<Listed>('GET', 'passkeys');
      expect(recoveryKeys).toEqual([
        expect.objectContaining({ person: ada.id, jwk: second.jwk, inTrust: false }),
      ]);
      const priv = await ada.call('POST', 'recovery-keys', { jwk: { ...first.jwk, d: 'AA' } });
      expect(codeOf(priv)).toBe('400 invalid_request');
    });
  });
});

onlyInSoak(() => {
  test('a passkey cannot be created if the broker’s host is an IP address', async () => {
    const broker = await TestBroker.start({ settings: { publicUrl: 'http://127.0.0.1:4000' } });
    const ada = await Customer.of(broker, 'approver');
    expect(codeOf(await ada.call('POST', 'passkeys/options'))).toBe('409 conflict');
    await broker.close();
  });
});
