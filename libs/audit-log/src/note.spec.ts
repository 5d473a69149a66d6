import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { Hashing } from '@countersign/contract';
import fc from 'fast-check';
import { formatCheckpoint, logOrigin, openCheckpoint, parseCheckpoint } from './checkpoint.js';
import { cosign, cosignedAt } from './cosignature.js';
import { AuditLogError } from './errors.js';
import {
  type Ed25519Check,
  formatNote,
  noteKeyId,
  parseNote,
  parseVerifierKey,
  SIGNATURE_TYPE,
  signNote,
  verifierKey,
  verifyNote,
} from './note.js';

const hashing: Hashing = { sha256: (data) => createHash('sha256').update(data).digest() };
const check: Ed25519Check = (publicKey, message, signature) => {
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, message, key, signature);
};

/** An Ed25519 key pair from a seed, so that each test names its own. */
function keyPair(name: string, seed: number) {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = Uint8Array.from(Buffer.from(x, 'base64url'));
  return { name, publicKey, sign: (message: Uint8Array) => sign(null, message, privateKey) };
}

async function codeOf(run: () => unknown): Promise<string | undefined> {
  try {
    await run();
  } catch (error) {
    if (error instanceof AuditLogError) return error.code;
    throw error;
  }
  return undefined;
}

// golang.org/x/mod/sumdb/note, the example of its documentation (BSD-3-Clause): https://pkg.go.dev/golang.org/x/mod/sumdb/note
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETERS_NOTE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;
// C2SP signed-note, the example of the specification (CC BY 4.0).
const FOO = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const FOOS_NOTE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;

describe('verifier keys', () => {
  test('P10: a key is that of the published example, byte for byte', () => {
    const { publicKey, name, keyId } = parseVerifierKey(hashing, PETER);
    expect(name).toBe('PeterNeumann');
    expect(verifierKey(hashing, 'PeterNeumann', publicKey)).toBe(PETER);
    expect(Buffer.from(keyId).toString('hex')).toBe('c74f20a3');
    expect(noteKeyId(hashing, 'PeterNeumann', publicKey)).toEqual(keyId);
  });

  test('names the log: another tenant or epoch has another key id', () => {
    const deployment = 'dep_0199f0a0-7b2c-7001-8000-000000000001';
    expect(logOrigin(deployment, 'acme', 1)).toBe(`countersign/${deployment}/acme`);
    expect(logOrigin(deployment, 'acme', 2)).toBe(`countersign/${deployment}/acme/2`);
    const key = new Uint8Array(32).fill(9);
    const ids = ['acme', 'globex'].map((slug) => verifierKey(hashing, logOrigin(deployment, slug, 1), key));
    expect(new Set(ids.map((vkey) => vkey.split('+')[1])).size).toBe(2);
  });

  test('takes no key of another length', () => {
    expect(() => verifierKey(hashing, 'a', new Uint8Array(31))).toThrow(RangeError);
  });

  test.each([
    ['another key id', PETER.replace('c74f20a3', 'c74f20a4')],
    ['another name', PETER.replace('Peter', 'Petra')],
    ['no name', PETER.replace('PeterNeumann', '')],
    ['an upper-case key id', PETER.replace('c74f20a3', 'C74F20A3')],
    ['a cut key', PETER.slice(0, -4)],
    ['another spelling of base64', `${PETER.slice(0, -1)}X`],
    ['a key of ECDSA', PETER.replace('+AR', '+Ah')],
  ])('refuses %s', async (_what, text) => {
    expect(await codeOf(() => parseVerifierKey(hashing, text))).toBe('invalid_key');
  });
});

describe('signed notes', () => {
  test.each([
    ['sumdb/note', PETER, PETERS_NOTE],
    ['C2SP', FOO, FOOS_NOTE],
  ])(
    'P10: the published note of %s verifies and is written again byte for byte',
    async (_who, vkey, text) => {
      const note = parseNote(text);
      await verifyNote(check, note, [parseVerifierKey(hashing, vkey)]);
      expect(formatNote(note)).toBe(text);
    },
  );

  test('signatures of unknown keys are ignored; a wrong one of a known key is not', async () => {
    const [log, other] = [keyPair('log', 1), keyPair('other', 2)];
    const key = parseVerifierKey(hashing, verifierKey(hashing, log.name, log.publicKey));
    const text = 'some text\n';
    const [own, foreign] = [signNote(hashing, text, log), signNote(hashing, text, other)];
    await verifyNote(check, { text, signatures: [foreign, own] }, [key]);
    const wrong = { ...own, signature: foreign.signature };
    expect(await codeOf(() => verifyNote(check, { text, signatures: [foreign] }, [key]))).toBe('unsigned');
    expect(await codeOf(() => verifyNote(check, { text, signatures: [own, wrong] }, [key]))).toBe(
      'bad_signature',
    );
    const cosigner = { ...key, type: SIGNATURE_TYPE.cosignature };
    expect(await codeOf(() => verifyNote(check, { text, signatures: [own] }, [cosigner]))).toBe('unsigned');
  });

  test.each([
    ['no blank line', PETERS_NOTE.replace('\n\n', '\n')],
    ['no signature', `${PETERS_NOTE.split('\n\n')[0]}\n\n`],
    ['no final newline', PETERS_NOTE.slice(0, -1)],
    ['a carriage return', PETERS_NOTE.replace('\n\n', '\r\n\r\n')],
    ['a tab', PETERS_NOTE.replace('If', '\tIf')],
    ['a lone surrogate', PETERS_NOTE.replace('If', '\ud800')],
    ['a hyphen for a dash', PETERS_NOTE.replace('— P', '- P')],
    ['two spaces', PETERS_NOTE.replace('— P', '—  P')],
    ['a plus in a name', PETERS_NOTE.replace('— Peter', '— Pe+er')],
    ['a signature of nothing', PETERS_NOTE.replace(/x08g.*/, 'x08go+==')],
    ['other base64', PETERS_NOTE.replace('JnAM=', 'JnAN=')],
    ['an empty text', `\n\n${PETERS_NOTE.split('\n\n')[1]}`],
  ])('refuses a note with %s', async (_what, text) => {
    expect(await codeOf(() => parseNote(text))).toBe('invalid_note');
  });

  test('what is accepted has one spelling', () => {
    const piece = fc.constantFrom('\n', '\n\n', '— ', 'a', ' b ', 'AAAAAAA=', 'log AAAAAAA=', '\t', '+');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        let note: ReturnType<typeof parseNote>;
        try {
          note = parseNote(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AuditLogError);
          return;
        }
        expect(formatNote(note)).toBe(text);
      }),
    );
  });
});

describe('checkpoints', () => {
  const root = Uint8Array.from({ length: 32 }, (_, index) => index);
  const log = keyPair('example.com/log', 3);
  const vkey = parseVerifierKey(hashing, verifierKey(hashing, log.name, log.publicKey));
  const text = formatCheckpoint({ origin: log.name, size: 20_852_163, root });
  const signed = formatNote({ text, signatures: [signNote(hashing, text, log)] });

  test('a signed checkpoint says origin, size and root', async () => {
    const { checkpoint } = await openCheckpoint(check, signed, [vkey]);
    expect(checkpoint).toEqual({ origin: log.name, size: 20_852_163, root, extensions: [] });
    expect(text).toBe(`example.com/log\n20852163\n${Buffer.from(root).toString('base64')}\n`);
  });

  test('keeps extension lines', () => {
    expect(parseCheckpoint(`${text}more\n`).extensions).toEqual(['more']);
  });

  test('a checkpoint of another log is refused, also under a key that is trusted for another name', async () => {
    const other = keyPair('example.com/other', 4);
    const key = parseVerifierKey(hashing, verifierKey(hashing, other.name, other.publicKey));
    const foreign = formatNote({ text, signatures: [signNote(hashing, text, other)] });
    expect(await codeOf(() => openCheckpoint(check, foreign, [key]))).toBe('wrong_origin');
    expect(await codeOf(() => openCheckpoint(check, foreign, [vkey]))).toBe('unsigned');
    expect(await codeOf(() => openCheckpoint(check, signed.replace('20852163', '20852164'), [vkey]))).toBe(
      'bad_signature',
    );
  });

  test.each([
    ['leading zeros', text.replace('20852163', '020852163')],
    ['a signed size', text.replace('20852163', '+20852163')],
    ['a size above 2^53', text.replace('20852163', '9007199254740992')],
    ['a short root', text.replace(/.{4}=\n$/, '=\n')],
    ['no origin', text.replace('example.com/log', '')],
    ['an empty extension line', `${text}\n`],
    ['no final newline', text.slice(0, -1)],
    ['no root', text.split('\n').slice(0, 2).join('\n')],
  ])('refuses %s', async (_what, body) => {
    expect(await codeOf(() => parseCheckpoint(body))).toBe('invalid_checkpoint');
  });

  test('a witness adds a cosignature with its time, and cannot stand in for the log', async () => {
    const witness = keyPair('witness.example/w1', 5);
    const key = parseVerifierKey(
      hashing,
      verifierKey(hashing, witness.name, witness.publicKey, SIGNATURE_TYPE.cosignature),
    );
    const cosignature = cosign(hashing, text, 1_679_315_147, witness);
    const note = parseNote(formatNote({ text, signatures: [signNote(hashing, text, log), cosignature] }));
    expect(await cosignedAt(check, note, key)).toBe(1_679_315_147);
    expect(await cosignedAt(check, parseNote(signed), key)).toBeUndefined();
    const later = Uint8Array.from(cosignature.signature);
    later[7] = (later[7] ?? 0) ^ 1;
    const moved = { text, signatures: [{ ...cosignature, signature: later }] };
    expect(await codeOf(() => cosignedAt(check, moved, key))).toBe('bad_signature');
    expect(await codeOf(() => verifyNote(check, { text, signatures: [cosignature] }, [vkey]))).toBe(
      'unsigned',
    );
  });
});
