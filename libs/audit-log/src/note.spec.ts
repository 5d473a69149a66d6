import { nodeEd25519, nodeHashing } from '@countersign/authorization';
import fc from 'fast-check';
import { logKey } from '../../../test/factories/log-keys.js';
import { formatCheckpoint, logOrigin, openCheckpoint, parseCheckpoint } from './checkpoint.js';
import { cosign, cosignedAt } from './cosignature.js';
import { AuditLogError } from './errors.js';
import {
  formatNote,
  noteKeyId,
  parseNote,
  parseVerifierKey,
  SIGNATURE_TYPE,
  signNote,
  verifierKey,
  verifyNote,
} from './note.js';

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
    const { publicKey, name, keyId } = parseVerifierKey(nodeHashing, PETER);
    expect(name).toBe('PeterNeumann');
    expect(verifierKey(nodeHashing, 'PeterNeumann', publicKey)).toBe(PETER);
    expect(Buffer.from(keyId).toString('hex')).toBe('c74f20a3');
    expect(noteKeyId(nodeHashing, 'PeterNeumann', publicKey)).toEqual(keyId);
  });

  test('names the log: another tenant or epoch has another key id', () => {
    const deployment = 'dep_0199f0a0-7b2c-7001-8000-000000000001';
    expect(logOrigin(deployment, 'acme', 1)).toBe(`countersign/${deployment}/acme`);
    expect(logOrigin(deployment, 'acme', 2)).toBe(`countersign/${deployment}/acme/2`);
    const key = new Uint8Array(32).fill(9);
    const ids = ['acme', 'globex'].map((slug) =>
      verifierKey(nodeHashing, logOrigin(deployment, slug, 1), key),
    );
    expect(new Set(ids.map((vkey) => vkey.split('+')[1])).size).toBe(2);
  });

  test('takes no key of another length', () => {
    expect(() => verifierKey(nodeHashing, 'a', new Uint8Array(31))).toThrow(RangeError);
  });

  test.each([
    ['another key id', PETER.replace('c74f20a3', 'c74f20a4')],
    ['another name', PETER.replace('Peter', 'Petra')],
    ['no name', PETER.replace('PeterNeumann', '')],
    ['an upper-case key id', PETER.replace('c74f20a3', 'C74F20A3')],
    ['a cut key', PETER.slice(0, -4)],
    ['another spelling of base64', `${PETER.slice(0, -1)}X`],
  ])('refuses %s', async (_what, text) => {
    expect(await codeOf(() => parseVerifierKey(nodeHashing, text))).toBe('invalid_key');
  });

  test('a key of another algorithm has a code of its own, so that it can be ignored', async () => {
    expect(await codeOf(() => parseVerifierKey(nodeHashing, PETER.replace('+AR', '+Ah')))).toBe(
      'unknown_key_type',
    );
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
      await verifyNote(nodeEd25519, note, [parseVerifierKey(nodeHashing, vkey)]);
      expect(formatNote(note)).toBe(text);
    },
  );

  test('signatures of unknown keys are ignored; a wrong one of a known key is not', async () => {
    const [log, other] = [logKey('log', 1), logKey('other', 2)];
    const key = parseVerifierKey(nodeHashing, verifierKey(nodeHashing, log.name, log.publicKey));
    const text = 'some text\n';
    const [own, foreign] = [signNote(nodeHashing, text, log), signNote(nodeHashing, text, other)];
    await verifyNote(nodeEd25519, { text, signatures: [foreign, own] }, [key]);
    const wrong = { ...own, signature: foreign.signature };
    expect(await codeOf(() => verifyNote(nodeEd25519, { text, signatures: [foreign] }, [key]))).toBe(
      'unsigned',
    );
    expect(await codeOf(() => verifyNote(nodeEd25519, { text, signatures: [own, wrong] }, [key]))).toBe(
      'bad_signature',
    );
    const cosigner = { ...key, type: SIGNATURE_TYPE.cosignature };
    expect(await codeOf(() => verifyNote(nodeEd25519, { text, signatures: [own] }, [cosigner]))).toBe(
      'unsigned',
    );
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
  const log = logKey('example.com/log', 3);
  const vkey = parseVerifierKey(nodeHashing, verifierKey(nodeHashing, log.name, log.publicKey));
  const text = formatCheckpoint({ origin: log.name, size: 20_852_163, root });
  const signed = formatNote({ text, signatures: [signNote(nodeHashing, text, log)] });

  test('a signed checkpoint says origin, size and root', async () => {
    const { checkpoint } = await openCheckpoint(nodeEd25519, signed, [vkey]);
    expect(checkpoint).toEqual({ origin: log.name, size: 20_852_163, root, extensions: [] });
    expect(text).toBe(`example.com/log\n20852163\n${Buffer.from(root).toString('base64')}\n`);
  });

  test('keeps extension lines', () => {
    expect(parseCheckpoint(`${text}more\n`).extensions).toEqual(['more']);
  });

  test('a checkpoint of another log is refused, also under a key that is trusted for another name', async () => {
    const other = logKey('example.com/other', 4);
    const key = parseVerifierKey(nodeHashing, verifierKey(nodeHashing, other.name, other.publicKey));
    const foreign = formatNote({ text, signatures: [signNote(nodeHashing, text, other)] });
    expect(await codeOf(() => openCheckpoint(nodeEd25519, foreign, [key]))).toBe('wrong_origin');
    expect(await codeOf(() => openCheckpoint(nodeEd25519, foreign, [vkey]))).toBe('unsigned');
    expect(
      await codeOf(() => openCheckpoint(nodeEd25519, signed.replace('20852163', '20852164'), [vkey])),
    ).toBe('bad_signature');
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
    const witness = logKey('witness.example/w1', 5);
    const key = parseVerifierKey(
      nodeHashing,
      verifierKey(nodeHashing, witness.name, witness.publicKey, SIGNATURE_TYPE.cosignature),
    );
    const cosignature = cosign(nodeHashing, text, 1_679_315_147, witness);
    const note = parseNote(formatNote({ text, signatures: [signNote(nodeHashing, text, log), cosignature] }));
    expect(await cosignedAt(nodeEd25519, note, key)).toBe(1_679_315_147);
    expect(await cosignedAt(nodeEd25519, parseNote(signed), key)).toBeUndefined();
    const later = Uint8Array.from(cosignature.signature);
    later[7] = (later[7] ?? 0) ^ 1;
    const moved = { text, signatures: [{ ...cosignature, signature: later }] };
    expect(await codeOf(() => cosignedAt(nodeEd25519, moved, key))).toBe('bad_signature');
    expect(await codeOf(() => verifyNote(nodeEd25519, { text, signatures: [cosignature] }, [vkey]))).toBe(
      'unsigned',
    );
  });
});
