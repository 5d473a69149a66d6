import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  activePin,
  NO_VERSION,
  type Pin,
  pinsPath,
  RESET_DELAY_MS,
  readPins,
  setPin,
  writePins,
} from './pins-file.js';

const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
const [ONE, TWO, THREE] = [hash('1'), hash('2'), hash('3')];
const NOW = Date.parse('2026-11-24T15:00:00Z');
const first: Pin = { pinned: ONE, since: '2026-11-24T15:00:00Z' };
const waiting: Pin = { ...first, next: { pinned: TWO, from: '2026-11-27T15:00:00Z' } };
const LATER = NOW + RESET_DELAY_MS;

describe('P12: setting a pin', () => {
  test('the first counts at once', () => {
    expect(setPin(undefined, ONE, NOW)).toEqual({ pin: first, outcome: 'pinned' });
    expect(activePin(first, NOW)).toEqual({ pinned: ONE });
  });

  test('another one counts 72 hours later, and not a moment before', () => {
    expect(setPin(first, TWO, NOW)).toEqual({ pin: waiting, outcome: 'waiting' });
    expect([LATER - 1, LATER].map((now) => activePin(waiting, now))).toEqual([
      { pinned: ONE },
      { pinned: TWO },
    ]);
  });

  test('setting it again does not hurry it, and another one begins to wait again', () => {
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

describe('P12: the least version that a pin names', () => {
  const least: Pin = { ...first, atLeast: [TWO] };

  test('is set with the first pin, or later, and counts at once', () => {
    expect(setPin(undefined, ONE, NOW, TWO)).toEqual({ pin: least, outcome: 'pinned' });
    expect(setPin(first, ONE, NOW, TWO)).toEqual({ pin: least, outcome: 'changed' });
    expect(activePin(least, NOW)).toEqual({ pinned: ONE, atLeast: [TWO] });
  });

  test('stays when the same is pinned without one, and what is named later is demanded besides: nothing goes back', () => {
    expect(setPin(least, ONE, NOW)).toEqual({ pin: least, outcome: 'unchanged' });
    expect(setPin(least, ONE, NOW, TWO)).toEqual({ pin: least, outcome: 'unchanged' });
    const both = { pin: { ...first, atLeast: [TWO, THREE] }, outcome: 'changed' };
    expect(setPin(least, ONE, NOW, THREE)).toEqual(both);
  });

  test('goes only when that is asked for', () => {
    expect(setPin(least, ONE, NOW, NO_VERSION)).toEqual({ pin: first, outcome: 'changed' });
    expect(setPin(first, ONE, NOW, NO_VERSION)).toEqual({ pin: first, outcome: 'unchanged' });
    expect(setPin(undefined, ONE, NOW, NO_VERSION)).toEqual({ pin: first, outcome: 'pinned' });
  });

  test('of a pin that waits comes into force with it, in place of the old one’s', () => {
    const { pin } = setPin(least, TWO, NOW, THREE);
    expect(pin).toEqual({ ...least, next: { ...waiting.next, atLeast: [THREE] } });
    expect(setPin(pin, TWO, NOW)).toEqual({ pin, outcome: 'waiting' });
    expect(setPin(pin, TWO, NOW, ONE).pin.next?.atLeast).toEqual([THREE, ONE]);
    expect(setPin(pin, ONE, NOW)).toEqual({ pin: least, outcome: 'kept' });
    expect([LATER - 1, LATER].map((now) => activePin(pin, now).atLeast)).toEqual([[TWO], [THREE]]);
    expect(setPin(pin, TWO, LATER).pin).toEqual({
      pinned: TWO,
      atLeast: [THREE],
      since: '2026-11-27T15:00:00Z',
    });
    expect(activePin({ ...least, next: waiting.next! }, LATER)).toEqual({ pinned: TWO });
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
    const globex: Pin = {
      ...first,
      atLeast: [TWO],
      next: { pinned: THREE, atLeast: [ONE], from: first.since },
    };
    await writePins(spool, { acme: waiting, globex });
    expect(await readPins(spool)).toEqual({ acme: waiting, globex });
    expect((await stat(pinsPath(spool))).mode & 0o777).toBe(0o644);
    expect(JSON.parse(await readFile(pinsPath(spool), 'utf8'))).toEqual({
      v: 1,
      pins: { acme: waiting, globex },
    });
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
    JSON.stringify({ v: 1, pins: { acme: { ...first, atLeast: [] } } }),
    JSON.stringify({ v: 1, pins: { acme: { ...first, atLeast: ['x'] } } }),
  ])('P13: in any other form is not read (%#)', async (text) => {
    await writeFile(pinsPath(folder), text);
    await expect(readPins(folder)).rejects.toMatchObject({ code: 'pins_unreadable' });
  });

  test('that is huge is refused by its size, and none is written that could not be read again', async () => {
    await writePins(folder, { acme: first });
    const atLeast = Array.from({ length: 300_000 }, () => ONE);
    await expect(writePins(folder, { acme: { ...first, atLeast } })).rejects.toMatchObject({
      code: 'pins_too_large',
    });
    expect(await readPins(folder)).toEqual({ acme: first });
    await truncate(pinsPath(folder), 2 ** 40);
    await expect(readPins(folder)).rejects.toMatchObject({
      code: 'pins_unreadable',
      message: expect.stringMatching(/^pins\.json: is larger than \d+ bytes$/),
    });
  });
});
