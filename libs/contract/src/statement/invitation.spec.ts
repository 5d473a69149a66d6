import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { canonicalJson } from '../core/canonical-json.js';
import type { Hashing } from '../core/hashing.js';
import { type InvitationStatement, invitationHash, parseInvitation } from './invitation.js';

const vectors: {
  statements: { title: string; statement: InvitationStatement; canonical: string; hash: string }[];
  refused: { title: string; statement: unknown; pointer: string }[];
} = JSON.parse(readFileSync('test/vectors/invitations.json', 'utf8'));
const hashing: Hashing = { sha256: (data) => createHash('sha256').update(data).digest() };

describe('the statement of an invitation', () => {
  test.each(vectors.statements)('P1: vector, byte for byte: $title', ({ statement, canonical, hash }) => {
    expect(canonicalJson(parseInvitation(statement))).toBe(canonical);
    expect(invitationHash(hashing, parseInvitation(statement))).toBe(hash);
  });

  test.each(vectors.refused)('P13: vector, refused: $title', ({ statement, pointer }) => {
    expect(() => parseInvitation(statement)).toThrow(
      expect.objectContaining({ code: 'invalid_statement', pointer }),
    );
  });

  test('P13: a ticket has one spelling: with stray bits it is no commitment', () => {
    const [first] = vectors.statements;
    const ticket = `c1:${'A'.repeat(42)}B`;
    expect(() => parseInvitation({ ...first?.statement, ticket })).toThrow(
      expect.objectContaining({ code: 'invalid_statement', pointer: '/ticket' }),
    );
  });

  test.each([undefined, null, 1, 'x', [], {}])('refuses %j', (value) => {
    expect(() => parseInvitation(value)).toThrow(expect.objectContaining({ code: 'invalid_statement' }));
  });
});
