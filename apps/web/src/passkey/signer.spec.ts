import { encodeBase64url, utf8 } from '@countersign/contract';
import { sampleTrust } from '../../../../test/factories/trust.js';
import { Authenticator } from '../../../../test/support/authenticator.js';
import { findSigner, originOfPasskey } from './signer.js';

const HERE = 'https://access.vendor.example';
const THERE = 'https://sign.acme.example';
const ada = 'usr_0199f0a0-7b2c-7003-8000-000000000004';
const key = new Authenticator();
const document = (origins: string[]) => sampleTrust({ [ada]: [key] }, { rpId: 'sign.acme.example', origins });
const passkey = (rpId: string, activeFrom: string | null = '2026-11-24T15:00:00.000Z') => ({
  ...{ id: key.id, person: ada, rpId, activeFrom },
});

describe('a person signs', () => {
  const { location } = globalThis;
  beforeAll(() => {
    Object.assign(globalThis, { location: new URL(HERE) });
  });
  afterAll(() => {
    Object.assign(globalThis, { location });
  });

  test('at the customer’s own page if the trust document does not name the origin of these pages', () => {
    const at = (origins: string[]) => findSigner({ document: document(origins) }, [], ada);
    expect(at([THERE])).toEqual({ rpId: 'sign.acme.example', credentials: [key.id], at: THERE });
    expect(at([THERE, HERE])?.at).toBeNull();
    expect(
      findSigner({ document: document([THERE]) }, [passkey('access.vendor.example')], 'usr_else'),
    ).toBeNull();
  });

  test('with the passkeys of these pages, before the tenant is claimed', () => {
    const unclaimed = (rpId: string) => findSigner({ document: null }, [passkey(rpId)], ada);
    expect(unclaimed('access.vendor.example')).toMatchObject({ credentials: [key.id], at: null });
    expect(unclaimed('sign.acme.example')).toBeNull();
    const later = new Date(Date.now() + 60_000).toISOString();
    for (const activeFrom of [null, later])
      expect(findSigner({ document: null }, [passkey('access.vendor.example', activeFrom)], ada)).toBeNull();
  });

  test('a passkey names the page at which it was made', () => {
    const passkeyOrigin = (origin: string) =>
      originOfPasskey({ clientDataJSON: encodeBase64url(utf8(JSON.stringify({ origin }))) });
    expect(passkeyOrigin(THERE)).toBe(THERE);
    expect(passkeyOrigin(HERE)).toBeNull();
  });
});
