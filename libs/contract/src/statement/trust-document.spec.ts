import { readFileSync } from 'node:fs';
import { parseTrustDocument, type TrustDocument } from './trust-document.js';

const { statements }: { statements: { kind: string; statement: TrustDocument }[] } = JSON.parse(
  readFileSync('test/vectors/statements.json', 'utf8'),
);
const document = statements.find(({ kind }) => kind === 'trust')?.statement as TrustDocument;

/** A verifier key of a witness: the type of the key, and 32 bytes. */
const witness = (name: string, byte: number, id = '00000000', address = '') =>
  `${name}+${id}+${Buffer.concat([Buffer.from([4]), Buffer.alloc(32, byte)]).toString('base64')}${address}`;

const refusal = (pointer: string) => expect.objectContaining({ code: 'invalid_statement', pointer });

describe('P10: witnesses of a trust document', () => {
  test.each<[string, string[]]>([
    ['under two names', [witness('a.example/w', 251), witness('b.example/w', 251)]],
    ['with two key ids', [witness('a.example/w', 251), witness('a.example/w', 251, '00000001')]],
    [
      'at two addresses',
      [
        witness('a.example/w', 1, '00000000', ' https://a.example'),
        witness('a.example/w', 1, '00000000', ' https://b.example'),
      ],
    ],
    [
      'without its padding',
      [witness('a.example/w', 1), `b.example/w+00000000+BAAA`, `c.example/w+00000001+BAAA==`],
    ],
  ])('one key %s is one witness, and is refused', (_how, witnesses) => {
    expect(() => parseTrustDocument({ ...document, witnesses })).toThrow(refusal('/witnesses'));
  });

  test('two keys are two witnesses, with a grace period or without', () => {
    const witnesses = [witness('a.example/w', 251), witness('a.example/w', 252)];
    expect(parseTrustDocument({ ...document, witnesses }).witnesses).toEqual(witnesses);
    const own = { ...document, witnesses, witnessGraceSeconds: 3_600 };
    expect(parseTrustDocument(own).witnessGraceSeconds).toBe(3_600);
  });

  test.each([0, 3_599, 2_592_001, 3_600.5, '3600', null])(
    'P13: %j is no grace period',
    (witnessGraceSeconds) => {
      const witnesses = [witness('a.example/w', 1)];
      expect(() => parseTrustDocument({ ...document, witnesses, witnessGraceSeconds })).toThrow(
        refusal('/witnessGraceSeconds'),
      );
    },
  );

  test('P13: a grace period goes with witnesses', () => {
    const { witnesses: _none, ...without } = document;
    expect(() => parseTrustDocument({ ...without, witnessGraceSeconds: 3_600 })).toThrow(
      refusal('/witnessGraceSeconds'),
    );
  });
});
