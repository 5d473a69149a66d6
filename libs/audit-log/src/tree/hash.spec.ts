import { createHash } from 'node:crypto';
import type { Hashing } from '@countersign/contract';
import { emptyTreeHash, leafHash, nodeHash } from './hash.js';

const hashing: Hashing = { sha256: (data) => createHash('sha256').update(data).digest() };
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const text = (value: string) => new TextEncoder().encode(value);

// Published test values of the transparency-dev Merkle tree (RFC 6962 hasher), Apache-2.0.
describe('P10: hashes of RFC 6962', () => {
  test('the empty tree', () => {
    expect(hex(emptyTreeHash(hashing))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  test.each([
    ['', '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    ['L123456', '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56'],
  ])('the leaf %j', (value, hash) => {
    expect(hex(leafHash(hashing, text(value)))).toBe(hash);
  });

  test('a node', () => {
    const hash = 'aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb';
    expect(hex(nodeHash(hashing, text('N123'), text('N456')))).toBe(hash);
  });

  test('a node is never the leaf of the same bytes', () => {
    const [left, right] = [new Uint8Array(32), new Uint8Array(32).fill(1)];
    expect(hex(nodeHash(hashing, left, right))).not.toBe(
      hex(leafHash(hashing, Buffer.concat([left, right]))),
    );
  });
});
