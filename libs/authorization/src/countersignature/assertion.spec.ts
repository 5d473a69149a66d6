import { type PasskeyJwk, statementChallenge } from '@countersign/contract';
import fc from 'fast-check';
import { hashing } from '../../../../test/factories/grant-token.js';
import { AT, sampleApproval } from '../../../../test/factories/trust.js';
import { Authenticator, type Ceremony } from '../../../../test/support/authenticator.js';
import { nodeCountersignPorts } from '../node-ports.js';
import type { Assertion } from './assertion.js';
import { checkAssertion } from './assertion.js';
import { readEcdsaSignature } from './ecdsa-signature.js';

const key = new Authenticator();
const rsa = new Authenticator('RS256');
const statement = sampleApproval({
  digest: `sha256:${'ab'.repeat(32)}`,
  person: 'usr_0199f0a0-7b2c-7003-8000-000000000003',
});
const challenge = statementChallenge(hashing, statement);

/** The assertion of this passkey in this ceremony, held against the sample's place. */
const assertionOf = (ceremony: Partial<Ceremony> = {}, by = key): Assertion => ({
  signature: by.sign(statement, { ...AT, ...ceremony }),
  challenge,
  jwk: by.jwk,
  rpId: AT.rpId,
  origins: [AT.origin],
});
const reason = (assertion: Assertion) => checkAssertion(assertion, nodeCountersignPorts)?.reason;
const respelt = (
  change: (assertion: Assertion) => Partial<Assertion['signature']>,
  from = assertionOf(),
): Assertion => ({
  ...from,
  signature: { ...from.signature, ...change(from) },
});
const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const decode = (text: string) => Buffer.from(text, 'base64url');

describe('P12: an assertion', () => {
  test.each([
    ['ES256', key],
    ['RS256', rsa],
  ])('by a passkey of %s is valid', (_alg, by) => {
    expect(reason(assertionOf({}, by))).toBeUndefined();
  });

  test('is valid with a further member of the client data, with backup and with extensions', () => {
    expect(reason(assertionOf({ clientData: { other: { a: [1, 'x"'] } } }))).toBeUndefined();
    expect(reason(assertionOf({ clientData: { crossOrigin: undefined } }))).toBeUndefined();
    expect(reason(assertionOf({ flags: 0x1d }))).toBeUndefined();
  });

  test.each<[string, Assertion, string]>([
    ['a registration', assertionOf({ clientData: { type: 'webauthn.create' } }), 'wrong_type'],
    ['a payment', assertionOf({ clientData: { type: 'payment.get' } }), 'wrong_type'],
    ['no type', assertionOf({ clientData: { type: undefined } }), 'wrong_type'],
    ['another challenge', assertionOf({ challenge: new Uint8Array(32) }), 'wrong_challenge'],
    ['a challenge cut short', assertionOf({ challenge: challenge.subarray(0, 31) }), 'wrong_challenge'],
    [
      'a padded challenge',
      assertionOf({ clientData: { challenge: `${encode(challenge)}=` } }),
      'wrong_challenge',
    ],
    [
      'the challenge in a list',
      assertionOf({ clientData: { challenge: [encode(challenge)] } }),
      'wrong_challenge',
    ],
    ['no challenge', assertionOf({ clientData: { challenge: undefined } }), 'wrong_challenge'],
    ['another origin', assertionOf({ origin: 'http://evil.localhost:4000' }), 'wrong_origin'],
    ['another port', assertionOf({ origin: 'http://localhost:4001' }), 'wrong_origin'],
    ['another scheme', assertionOf({ origin: 'https://localhost:4000' }), 'wrong_origin'],
    ['an origin with a slash', assertionOf({ origin: `${AT.origin}/` }), 'wrong_origin'],
    ['no origin', assertionOf({ clientData: { origin: undefined } }), 'wrong_origin'],
    ['a frame', assertionOf({ clientData: { crossOrigin: true } }), 'cross_origin'],
    ['a frame said in a word', assertionOf({ clientData: { crossOrigin: 'false' } }), 'cross_origin'],
    ['a top origin', assertionOf({ clientData: { topOrigin: AT.origin } }), 'cross_origin'],
    ['another relying party', assertionOf({ rpId: 'evil.localhost' }), 'wrong_relying_party'],
    ['nobody there', assertionOf({ flags: 0x04 }), 'user_absent'],
    ['a user who was not verified', assertionOf({ flags: 0x01 }), 'user_not_verified'],
    ['attested data', assertionOf({ flags: 0x45 }), 'malformed'],
    ['extensions that are not there', assertionOf({ flags: 0x85 }), 'malformed'],
    ['a backup of what cannot be backed up', assertionOf({ flags: 0x15 }), 'malformed'],
    [
      'a member twice',
      assertionOf({ clientText: (text) => `{"type":"webauthn.get",${text.slice(1)}` }),
      'malformed',
    ],
    [
      'a member twice, once escaped',
      assertionOf({ clientText: (text) => `{"\\u0074ype":"payment.get",${text.slice(1)}` }),
      'malformed',
    ],
    ['a byte order mark', assertionOf({ clientText: (text) => `\ufeff${text}` }), 'malformed'],
    ['a list', assertionOf({ clientText: (text) => `[${text}]` }), 'malformed'],
    ['a string', assertionOf({ clientText: (text) => JSON.stringify(text) }), 'malformed'],
    ['a number', assertionOf({ clientText: () => '1' }), 'malformed'],
    ['a null', assertionOf({ clientText: () => 'null' }), 'malformed'],
    ['no JSON', assertionOf({ clientText: (text) => `${text}}` }), 'malformed'],
    ['another key', { ...assertionOf(), jwk: new Authenticator().jwk }, 'bad_signature'],
    ['a key of another type', { ...assertionOf(), jwk: rsa.jwk }, 'bad_signature'],
    ['a key of another type for RS256', { ...assertionOf({}, rsa), jwk: key.jwk }, 'bad_signature'],
    [
      'a point off the curve',
      {
        ...assertionOf(),
        jwk: {
          kty: 'EC',
          crv: 'P-256',
          x: encode(Buffer.alloc(32, 1)),
          y: encode(Buffer.alloc(32, 1)),
        } satisfies PasskeyJwk,
      },
      'bad_signature',
    ],
  ])('with %s does not', (_what, assertion, expected) => {
    expect(reason(assertion)).toBe(expected);
  });

  test('in bytes that are not UTF-8 does not', () => {
    const bad = Buffer.concat([decode(assertionOf().signature.clientDataJSON), Buffer.from([0xff])]);
    expect(reason(respelt(() => ({ clientDataJSON: encode(bad) })))).toBe('malformed');
  });

  test('with bytes before or behind the authenticator data does not', () => {
    const data = decode(assertionOf().signature.authenticatorData);
    for (const changed of [
      data.subarray(1),
      data.subarray(0, 36),
      Buffer.concat([data, Buffer.alloc(1)]),
      Buffer.alloc(0),
    ])
      expect(reason(respelt(() => ({ authenticatorData: encode(changed) })))).toBe('malformed');
  });

  test('is refused if any bit of it changes', () => {
    for (const by of [key, rsa]) {
      const whole = assertionOf({}, by);
      for (const member of ['authenticatorData', 'clientDataJSON', 'signature'] as const) {
        const bytes = decode(whole.signature[member]);
        fc.assert(
          fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
            const changed = Buffer.from(bytes);
            changed[at] = (changed[at] ?? 0) ^ (1 << bit);
            expect(reason(respelt(() => ({ [member]: encode(changed) }), whole))).toBeDefined();
          }),
          { numRuns: 40 },
        );
      }
    }
  });

  test('has one spelling in base64url', () => {
    const refused = { reason: 'malformed', detail: expect.stringContaining('spelling') };
    for (const member of ['authenticatorData', 'clientDataJSON', 'signature'] as const) {
      const text = assertionOf().signature[member];
      for (const other of [`${text}=`, ` ${text}`, `${text}\n`, text.replace(/.$/, '+')]) {
        const assertion = respelt(() => ({ [member]: other }));
        expect([member, checkAssertion(assertion, nodeCountersignPorts)]).toEqual([member, refused]);
      }
    }
  });
});

describe('P12: an ECDSA signature', () => {
  const integer = (value: Uint8Array) => {
    let bytes = Buffer.from(value);
    while (bytes.length > 1 && bytes[0] === 0) bytes = bytes.subarray(1);
    return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
  };
  const der = (r: Uint8Array, s: Uint8Array) => {
    const body = Buffer.concat([Buffer.from([2, r.length]), r, Buffer.from([2, s.length]), s]);
    return Buffer.concat([Buffer.from([0x30, body.length]), body]);
  };
  const scalar = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .filter((bytes) => bytes.some((byte) => byte !== 0));

  test('is read from its one DER form, and given back as r ‖ s', () => {
    fc.assert(
      fc.property(scalar, scalar, (r, s) => {
        expect(readEcdsaSignature(der(integer(r), integer(s)))).toEqual(new Uint8Array([...r, ...s]));
      }),
    );
  });

  test('in any other form is refused', () => {
    fc.assert(
      fc.property(scalar, scalar, (r, s) => {
        const [one, two] = [integer(r), integer(s)];
        const right = der(one, two);
        for (const wrong of [
          der(Buffer.concat([Buffer.alloc(1), one]), two),
          der(one, Buffer.concat([Buffer.alloc(1), two])),
          der(Buffer.alloc(1), two),
          der(one, Buffer.alloc(1)),
          der(Buffer.alloc(0), two),
          der(Buffer.concat([Buffer.from([0x80]), one]), two),
          der(Buffer.concat([Buffer.from([0x01]), Buffer.alloc(32, 1)]), two),
          Buffer.concat([right, Buffer.alloc(1)]),
          right.subarray(0, -1),
          Buffer.concat([Buffer.from([0x30, 0x81, right.length - 2]), right.subarray(2)]),
          Buffer.concat([Buffer.from([0x31]), right.subarray(1)]),
          Buffer.concat([Buffer.from([0x30, right.length - 1]), right.subarray(2)]),
          Buffer.concat([Buffer.from([0x30, right.length - 3]), right.subarray(2)]),
          Buffer.concat([right.subarray(0, 2), Buffer.from([3]), right.subarray(3)]),
          Buffer.concat([r, s]),
        ])
          expect([wrong.toString('hex'), readEcdsaSignature(wrong)]).toEqual([
            wrong.toString('hex'),
            undefined,
          ]);
      }),
      { numRuns: 50 },
    );
  });
});
