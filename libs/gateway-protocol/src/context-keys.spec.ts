import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { specFolder } from '../../../test/support/spec-folder.js';
import { addContextKey, contextKeysPath, parseContextKeys, signingContextKey } from './context-keys.js';

const NOW = Date.parse('2026-11-27T10:00:00Z');
const HOUR = 3_600_000;
let folder: string;
beforeEach(() => {
  folder = specFolder();
});

const stored = async () => parseContextKeys(await readFile(contextKeysPath(folder, 'billing'), 'utf8'));
const add = (overlapMs: number, now = NOW) => addContextKey(folder, 'billing', { now, overlapMs });
const kidAt = async (now: number) => signingContextKey(await stored(), now)?.kid;

test('the first key signs at once, and its file is for its owner alone', async () => {
  const { jwk, from, until, replaced } = await add(24 * HOUR);
  expect(jwk).toEqual({
    kty: 'oct',
    alg: 'HS256',
    use: 'sig',
    kid: expect.stringMatching(/^[\w-]{16}$/),
    k: expect.stringMatching(/^[\w-]{43}$/),
  });
  expect([from, until, replaced]).toEqual(['2026-11-27T10:00:00Z', null, null]);
  expect([await kidAt(NOW - 1), await kidAt(NOW)]).toEqual([undefined, jwk.kid]);
  expect((await stat(contextKeysPath(folder, 'billing'))).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(contextKeysPath(folder, 'billing')))).mode & 0o777).toBe(0o700);
  expect((await stored())[0]?.key.export().toString('base64url')).toBe(jwk.k);
});

test('a further key signs when the overlap is over; one that waits is replaced', async () => {
  const first = (await add(HOUR)).jwk.kid;
  const second = await add(HOUR, NOW + HOUR);
  expect([second.until, second.replaced]).toEqual([first, null]);
  const third = await add(HOUR, NOW + HOUR + 1_000);
  expect([third.until, third.replaced]).toEqual([first, second.jwk.kid]);
  expect([await kidAt(NOW + 2 * HOUR), await kidAt(NOW + 2 * HOUR + 1_000)]).toEqual([first, third.jwk.kid]);
});

test('without overlap the previous key is gone', async () => {
  await add(HOUR);
  const { jwk } = await add(0, NOW + HOUR);
  expect((await stored()).map(({ kid }) => kid)).toEqual([jwk.kid]);
});

test.each(['../identity', 'a/b', '', 'UPPER', 'healthz'])('%j is no service and no file', async (service) => {
  await expect(addContextKey(folder, service, { now: NOW, overlapMs: 0 })).rejects.toThrow(RangeError);
});

test('a file of another form is never overwritten', async () => {
  await mkdir(dirname(contextKeysPath(folder, 'billing')));
  await writeFile(contextKeysPath(folder, 'billing'), '{"v":2}');
  await expect(add(0)).rejects.toThrow();
  expect(await readFile(contextKeysPath(folder, 'billing'), 'utf8')).toBe('{"v":2}');
});
