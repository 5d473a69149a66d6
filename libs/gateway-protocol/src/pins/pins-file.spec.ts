import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Pin, pinInForce, pinsPath, RESET_DELAY_MS, readPins, setPin, writePins } from './pins-file.js';

const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
const [ONE, TWO, THREE] = [hash('1'), hash('2'), hash('3')];
const NOW = Date.parse('2026-11-24T15:00:00Z');
const first: Pin = { pinned: ONE, since: '2026-11-24T15:00:00Z' };
const waiting: Pin = { ...first, next: { pinned: TWO, from: '2026-11-27T15:00:00Z' } };
const LATER = NOW + RESET_DELAY_MS;

describe('P12: setting a pin', () => {
  test('the first counts at once', () => {
    expect(setPin(undefined, ONE, NOW)).toEqual({ pin: first, outcome: 'pinned' });
    expect(pinInForce(first, NOW)).toBe(ONE);
  });

  test('another one counts 72 hours later, and not a moment before', () => {
    expect(setPin(first, TWO, NOW)).toEqual({ pin: waiting, outcome: 'waiting' });
    expect([LATER - 1, LATER].map((now) => pinInForce(waiting, now))).toEqual([ONE, TWO]);
  });

  test('setting it again does not hurry it, and another one begins to wait anew', () => {
    expect(setPin(waiting, TWO, NOW + 1_000)).toEqual({ pin: waiting, outcome: 'waiting' });
    expect(setPin(waiting, THREE, NOW + 1_000).pin.next).toEqual({
      pinned: THREE,
      from: '2026-11-27T15:00:01Z',
    });
  });

  test('setting the one in force calls off what waits', () => {
    expect(setPin(waiting, ONE, NOW)).toEqual({ pin: first, outcome: 'kept' });
    expect(setPin(first, ONE, NOW)).toEqual({ pin: first, outcome: 'unchanged' });
  });

  test('after its time it is the one in force, and the old one would have to wait', () => {
    expect(setPin(waiting, TWO, LATER).pin).toEqual({ pinned: TWO, since: '2026-11-27T15:00:00Z' });
    expect(setPin(waiting, ONE, LATER).pin).toEqual({
      pinned: TWO,
      since: '2026-11-27T15:00:00Z',
      next: { pinned: ONE, from: '2026-11-30T15:00:00Z' },
    });
  });
});

describe('the file of pins', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pins-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('holds what was written, in a folder that need not be there, for everybody to read', async () => {
    const spool = join(folder, 'spool');
    expect(await readPins(spool)).toEqual({});
    await writePins(spool, { acme: waiting });
    expect(await readPins(spool)).toEqual({ acme: waiting });
    expect((await stat(pinsPath(spool))).mode & 0o777).toBe(0o644);
    expect(JSON.parse(await readFile(pinsPath(spool), 'utf8'))).toEqual({ v: 1, pins: { acme: waiting } });
  });

  test('knows nothing of a tenant with the name of what every object has', async () => {
    await writePins(folder, { acme: first });
    for (const slug of ['constructor', 'valueof', 'tostring'])
      expect((await readPins(folder))[slug]).toBeUndefined();
    const { pin } = setPin((await readPins(folder))['constructor'], ONE, NOW);
    await writePins(folder, { ...(await readPins(folder)), constructor: pin });
    expect(Object.keys(await readPins(folder))).toEqual(['acme', 'constructor']);
  });

  test.each([
    '',
    '{}',
    '{"v":2,"pins":{}}',
    JSON.stringify({ v: 1, pins: { acme: { ...first, pinned: 'x' } } }),
    JSON.stringify({ v: 1, pins: { acme: { ...first, more: 1 } } }),
    JSON.stringify({ v: 1, pins: { deployment: first } }),
  ])('P13: in any other form is not read (%#)', async (text) => {
    await writeFile(pinsPath(folder), text);
    await expect(readPins(folder)).rejects.toThrow();
  });
});
