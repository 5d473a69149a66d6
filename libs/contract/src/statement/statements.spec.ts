import { readFileSync } from 'node:fs';
import { hashing } from '../../../../test/factories/grant-token.js';
import { encodeBase64url } from '../encoding/base64url.js';
import { canonicalJson } from '../encoding/canonical-json.js';
import { parseApproval } from './approval.js';
import { parsePractice } from './practice.js';
import { parseStatement, type Statement } from './signature.js';
import { statementChallenge, statementHash } from './signed-bytes.js';
import { parseLift, parseStop } from './stop.js';
import { parseTrustDocument } from './trust-document.js';
import { parseWidening } from './widening.js';

type Kind = 'approval' | 'stop' | 'lift' | 'practice' | 'widening' | 'trust';
const vectors: {
  statements: { kind: Kind; title: string; statement: unknown; canonical: string; hash: string }[];
  refused: { kind: Kind; title: string; statement: unknown; pointer: string }[];
} = JSON.parse(readFileSync('test/vectors/statements.json', 'utf8'));

const parsers: Record<Kind, (value: unknown) => Statement> = {
  approval: parseApproval,
  stop: parseStop,
  lift: parseLift,
  practice: parsePractice,
  widening: parseWidening,
  trust: parseTrustDocument,
};

describe('statements', () => {
  test.each(vectors.statements)(
    'P12: vector, byte for byte: $title',
    ({ kind, statement, canonical, hash }) => {
      const parsed = parsers[kind](statement);
      expect(canonicalJson(parsed)).toBe(canonical);
      expect(statementHash(hashing, parsed)).toBe(hash);
      expect(encodeBase64url(statementChallenge(hashing, parsed))).toBe(
        Buffer.from(hash.slice('sha256:'.length), 'hex').toString('base64url'),
      );
      expect(parseStatement(statement)).toEqual(parsed);
    },
  );

  test.each(vectors.refused)('P13: vector, refused: $kind: $title', ({ kind, statement, pointer }) => {
    expect(() => parsers[kind](statement)).toThrow(
      expect.objectContaining({ code: 'invalid_statement', pointer }),
    );
  });

  test.each([undefined, null, 1, 'x', [], {}, { type: 'toString' }])(
    'P13: %j is not a statement',
    (value) => {
      for (const parse of [...Object.values(parsers), parseStatement])
        expect(() => parse(value)).toThrow(expect.objectContaining({ code: 'invalid_statement' }));
    },
  );
});
