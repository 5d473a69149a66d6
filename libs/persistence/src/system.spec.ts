import { isId } from '@countersign/contract';
import { systemHashing, systemRandomness, uuidV7Ids } from './system.js';

describe('what the process lends the domain', () => {
  test('ids are of their kind, and sort in the order in which they were made', () => {
    const ids = Array.from({ length: 5000 }, () => uuidV7Ids.next('req'));
    expect(ids.every((id) => isId('req', id))).toBe(true);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('hashing is SHA-256, randomness has the length that was asked for', () => {
    const hex = Buffer.from(systemHashing.sha256(new Uint8Array())).toString('hex');
    expect(hex).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(systemRandomness.bytes(32)).toHaveLength(32);
    expect(systemRandomness.bytes(32)).not.toEqual(systemRandomness.bytes(32));
  });
});
