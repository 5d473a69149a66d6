import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { anyText } from '../../../../test/factories/any-text.js';
import { decodeBase64url, encodeBase64url } from './base64url.js';
import { commit, isCommitment, normaliseText, openCommitment } from './commitment.js';
import type { Hashing } from './digest.js';

type Case = { title: string; name: string; value: string; salt: string; commitment: string };
const vectors: { opens: Case[]; refused: Case[] } = JSON.parse(
  readFileSync('test/vectors/commitments.json', 'utf8'),
);
const hashing: Hashing = { sha256: (data) => createHash('sha256').update(data).digest() };
const salt = new Uint8Array(32);

describe('commitments', () => {
  test.each(vectors.opens)('vector: $title', ({ name, value, salt: text, commitment }) => {
    expect(commit(hashing, name, decodeBase64url(text) ?? salt, value)).toBe(commitment);
    expect(openCommitment(hashing, name, { value, salt: text }, commitment)).toBe(true);
    expect(isCommitment(commitment)).toBe(true);
  });

  test.each(vectors.refused)('vector: $title does not open it', ({ name, value, salt: text, commitment }) => {
    expect(openCommitment(hashing, name, { value, salt: text }, commitment)).toBe(false);
  });

  test('opens with its own value and salt, and with no other', () => {
    const text = anyText().map(normaliseText);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), text, text, (bytes, value, other) => {
        const commitment = commit(hashing, 'justification', bytes, value);
        const opening = { value, salt: encodeBase64url(bytes) };
        expect(openCommitment(hashing, 'justification', opening, commitment)).toBe(true);
        expect(openCommitment(hashing, 'justification', { ...opening, value: other }, commitment)).toBe(
          other === value,
        );
      }),
    );
  });

  test.each([0, 1, 900, 984, 985, 1_024, 5_000])('hashes exactly the message: %s characters', (length) => {
    const bytes = new Uint8Array(32).fill(7);
    const text = 'a'.repeat(length);
    for (const value of [text, `${text}é`, `é${text}`, `${text}💶`]) {
      const message = Buffer.concat([Buffer.from('ticket\0'), bytes, Buffer.from(value)]);
      const digest = createHash('sha256').update(message).digest('base64url');
      expect(commit(hashing, 'ticket', bytes, value)).toBe(`c1:${digest}`);
    }
  });

  test.each([
    ['a short salt', 'ticket', new Uint8Array(31), 'x'],
    ['a long salt', 'ticket', new Uint8Array(33), 'x'],
    ['a name that could swallow the separator', 'tick\0et', salt, 'x'],
    ['a lone surrogate', 'ticket', salt, '\ud800'],
  ])('refuses %s', (_case, name, bytes, value) => {
    expect(() => commit(hashing, name, bytes, value)).toThrow(
      expect.objectContaining({ code: 'invalid_commitment' }),
    );
  });
});
