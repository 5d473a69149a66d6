import fc from 'fast-check';
import { AT, sampleApproval, sampleTrust, signedTrust } from '../../../../test/factories/trust.js';
import { Authenticator, RecoveryKey } from '../../../../test/support/authenticator.js';
import { parseSignature, parseSignedTrustDocument } from './signature.js';

const ADA = 'usr_0199f0a0-7b2c-7003-8000-000000000003';
const key = new Authenticator();
const approval = key.sign(sampleApproval({ digest: `sha256:${'ab'.repeat(32)}`, person: ADA }), AT);
const document = sampleTrust({ [ADA]: [key] });
const recovery = new RecoveryKey().sign(document);

const refusedAt = (pointer: string) => expect.objectContaining({ code: 'invalid_statement', pointer });

describe('a signature', () => {
  test('by a passkey or a recovery key is parsed as it was made', () => {
    for (const signature of [approval, recovery, key.sign(document, AT)])
      expect(parseSignature(JSON.parse(JSON.stringify(signature)))).toEqual(signature);
  });

  test.each<[string, object, string]>([
    ['an unknown member', { ...approval, userHandle: '' }, ''],
    ['padding', { ...approval, clientDataJSON: `${approval.clientDataJSON}=` }, '/clientDataJSON'],
    ['the other alphabet', { ...approval, signature: `+${approval.signature.slice(1)}` }, '/signature'],
    ['no signature', { ...approval, signature: '' }, '/signature'],
    ['no client data', { ...approval, clientDataJSON: '' }, '/clientDataJSON'],
    ['no authenticator data', { ...approval, authenticatorData: '' }, '/authenticatorData'],
    ['a null', { ...approval, credential: null }, '/credential'],
    [
      'a statement of unknown type',
      { ...approval, statement: { ...approval.statement, type: 'x' } },
      '/statement/type',
    ],
    [
      'a statement with an unknown member',
      { ...approval, statement: { ...approval.statement, and: 1 } },
      '/statement',
    ],
    ['a recovery key under an approval', { ...recovery, statement: approval.statement }, '/credential'],
    ['a recovery key with client data', { ...recovery, clientDataJSON: 'e30' }, '/clientDataJSON'],
    ['a passkey without the members of WebAuthn', { ...recovery, credential: key.id }, '/authenticatorData'],
  ])('P13: with %s is refused', (_what, signature, pointer) => {
    expect(() => parseSignature(signature)).toThrow(refusedAt(pointer));
  });

  test('P13: with a missing member is refused', () => {
    for (const name of Object.keys(approval)) {
      const { [name as keyof typeof approval]: _gone, ...rest } = approval;
      expect(() => parseSignature(rest)).toThrow(refusedAt(`/${name}`));
    }
  });

  test('P13: bytes have one spelling: another text of the same bytes is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 90 }), fc.nat(63), (bytes, spare) => {
        const text = Buffer.from(bytes).toString('base64url');
        const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
        const respelt = text.slice(0, -1) + alphabet.charAt(spare);
        const plain = Buffer.from(respelt, 'base64url').toString('base64url');
        const read = () => parseSignature({ ...approval, signature: respelt });
        if (respelt === plain) expect(read().signature).toBe(respelt);
        else expect(read).toThrow(refusedAt('/signature'));
      }),
    );
  });
});

describe('a signed trust document', () => {
  const signed = signedTrust(document, [key]);

  test('is parsed as it was made', () => {
    expect(parseSignedTrustDocument(JSON.parse(JSON.stringify(signed)))).toEqual(signed);
  });

  test.each<[string, object, string]>([
    ['no signature', { ...signed, signatures: [] }, '/signatures'],
    ['an invalid document', { ...signed, document: { ...document, seq: 0 } }, '/document/seq'],
    ['no document', { signatures: signed.signatures }, '/document'],
    [
      'another document signed',
      {
        ...signed,
        document: {
          ...document,
          threshold: 1,
          approvals: 1,
          rpId: 'localhost',
          validUntil: '2027-05-02T00:00:00Z',
        },
      },
      '/signatures/0/statement',
    ],
    ['an approval for a signature', { document, signatures: [approval] }, '/signatures/0/statement'],
    ['an unknown member', { ...signed, note: '' }, ''],
  ])('P13: with %s is refused', (_what, value, pointer) => {
    expect(() => parseSignedTrustDocument(value)).toThrow(refusedAt(pointer));
  });
});
