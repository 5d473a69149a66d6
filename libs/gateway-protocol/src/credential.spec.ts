import fc from 'fast-check';
import {
  decodeGatewayCredential,
  encodeGatewayCredential,
  type GatewayCredential,
  gatewayAuthorization,
  readGatewayAuthorization,
} from './credential.js';

const credential: GatewayCredential = {
  gateway: 'gtw_01980000-0000-7000-8000-000000000001',
  secret: 'a'.repeat(43),
  broker: 'http://localhost:4000',
  deployment: 'dep_01980000-0000-7000-8000-000000000002',
  feedKey: Buffer.alloc(32, 7).toString('base64url'),
};

describe('gateway credential', () => {
  test('reads what it wrote', () => {
    const text = encodeGatewayCredential(credential);
    expect(text).toMatch(/^csg_[A-Za-z0-9_-]+$/);
    expect(decodeGatewayCredential(text)).toEqual(credential);
  });

  test('P13: refuses a credential with a member it does not know, or one too few', () => {
    const encode = (value: unknown) => `csg_${Buffer.from(JSON.stringify(value)).toString('base64url')}`;
    const { feedKey: _, ...without } = credential;
    for (const bad of [
      { ...credential, more: 1 },
      without,
      { ...credential, broker: 'file:///etc' },
      [],
      null,
    ]) {
      expect(() => decodeGatewayCredential(encode(bad))).toThrow(
        expect.objectContaining({ code: 'invalid_credential' }),
      );
    }
  });

  test('P11: the error of any unreadable credential never repeats it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12 }), (secret) => {
        const text = `csg_${Buffer.from(JSON.stringify({ ...credential, secret })).toString('base64url')}`;
        try {
          expect(decodeGatewayCredential(text).secret).toBe(secret);
        } catch (error) {
          expect(String(error)).not.toContain(secret);
          expect(String(error)).not.toContain(text);
        }
      }),
    );
  });

  test('the authorization value carries gateway and secret and nothing else is read as one', () => {
    const header = gatewayAuthorization(credential);
    expect(readGatewayAuthorization(header)).toEqual({
      gateway: credential.gateway,
      secret: credential.secret,
    });
    for (const bad of [
      undefined,
      '',
      'Bearer x',
      `${header} `,
      header.toLowerCase(),
      header.replace('gtw_', 'usr_'),
    ]) {
      expect(readGatewayAuthorization(bad)).toBeUndefined();
    }
  });
});
