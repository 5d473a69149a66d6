import { createDecipheriv, hkdfSync } from 'node:crypto';
import { systemRandomness } from '../../system.js';
import { Sealer } from './seal.js';

const KEY = new Uint8Array(32).fill(1);
const HERE = { table: 'signing_keys', row: 'k1', purpose: 'token-key' } as const;
const sealer = new Sealer(KEY, systemRandomness);

const code = (work: () => unknown): string => {
  try {
    work();
    return 'opened';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('Sealer', () => {
  test('opens what it sealed, and never seals the same text twice alike', () => {
    const [one, two] = [sealer.seal(HERE, 'secret ✓'), sealer.seal(HERE, 'secret ✓')];
    expect([sealer.open(HERE, one), sealer.open(HERE, two)]).toEqual(['secret ✓', 'secret ✓']);
    expect(one).not.toBe(two);
    expect(sealer.open(HERE, sealer.seal(HERE, ''))).toBe('');
  });

  test('names its key by the first 8 bytes of SHA-256', () => {
    expect(sealer.keyId).toBe('72cd6e8422c407fb');
    expect(sealer.seal(HERE, 'x').split('.').slice(0, 2)).toEqual(['s2', '72cd6e8422c407fb']);
  });

  test('each purpose has a key of its own, which HKDF derives from the master key', () => {
    for (const purpose of ['token-key', 'slack-tokens', 'demand'] as const) {
      const [, id, nonce = '', body = ''] = sealer.seal({ ...HERE, purpose }, 'secret').split('.');
      const own = new Uint8Array(hkdfSync('sha256', KEY, '', `countersign/seal/v2/${purpose}`, 32));
      const bytes = Buffer.from(body, 'base64url');
      const opened = createDecipheriv('aes-256-gcm', own, Buffer.from(nonce, 'base64url'))
        .setAAD(Buffer.from(JSON.stringify(['countersign/secret/v2', id, purpose, 'signing_keys', 'k1'])))
        .setAuthTag(bytes.subarray(-16));
      expect(opened.update(bytes.subarray(0, -16), undefined, 'utf8') + opened.final('utf8')).toBe('secret');
    }
  });

  test('tells another key from a damaged or moved text', () => {
    const sealed = sealer.seal(HERE, 'secret');
    const other = new Sealer(new Uint8Array(32).fill(2), systemRandomness);
    const [version, id, nonce, body = ''] = sealed.split('.');
    const flipped = `${body.startsWith('A') ? 'B' : 'A'}${body.slice(1)}`;
    expect(code(() => other.open(HERE, sealed))).toBe('master_key_mismatch');
    expect(code(() => other.open(HERE, [version, other.keyId, nonce, body].join('.')))).toBe(
      'secret_unreadable',
    );
    for (const wrong of [
      [version, id, nonce, flipped].join('.'),
      [version, id, nonce, body.slice(0, 8)].join('.'),
      [version, id, nonce, ''].join('.'),
      [version, id, '', body].join('.'),
      ['s1', id, nonce, body].join('.'),
      ['s3', id, nonce, body].join('.'),
      '',
      'secret',
    ])
      expect(code(() => sealer.open(HERE, wrong))).toBe('secret_unreadable');
    for (const there of [
      { ...HERE, row: 'k2' },
      { ...HERE, purpose: 'feed-key' as const },
      { ...HERE, table: 'deployment' },
    ])
      expect(code(() => sealer.open(there, sealed))).toBe('secret_unreadable');
  });

  test.each([0, 16, 31, 33])('refuses a key of %i bytes', (length) => {
    expect(() => new Sealer(new Uint8Array(length), systemRandomness)).toThrow('32 bytes');
  });
});
