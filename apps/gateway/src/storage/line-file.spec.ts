import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineFile } from './line-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lines-'));
});
afterEach(() => rm(folder, { recursive: true }));
const path = () => join(folder, 'things.jsonl');

async function valuesOf(file: LineFile): Promise<unknown[]> {
  const values: unknown[] = [];
  await file.read((value) => values.push(value));
  return values;
}
const thing = (id: number, note = '') => ({ id, note });

describe('a line file', () => {
  test('returns what was added, over restarts, whatever characters it contains', async () => {
    const file = new LineFile(path());
    expect(await valuesOf(file)).toEqual([]);
    const things = [thing(1, 'zwölf\u2028Uhr'), thing(2, 'x'.repeat(200_000)), thing(3, '\n'), thing(4)];
    for (const each of things) {
      file.add(each);
      await file.flush(() => things.filter(({ id }) => id <= each.id));
    }
    expect(await valuesOf(new LineFile(path()))).toEqual(things);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['is huge', () => truncate(path(), 2 ** 40), /things\.jsonl: is larger than \d+ bytes/],
    [
      'is a pipe',
      async () => {
        await rm(path());
        execFileSync('mkfifo', [path()]);
      },
      /things\.jsonl: is not a regular file/,
    ],
    [
      'has a line that is none',
      () => writeFile(path(), '{"id":1}\n{"id":\n'),
      /things\.jsonl: line 2 is not JSON/,
    ],
  ])('that %s is refused by its name, at once', async (_case, spoil, told) => {
    await writeFile(path(), '');
    await spoil();
    await expect(valuesOf(new LineFile(path()))).rejects.toMatchObject({
      code: 'file_unreadable',
      message: expect.stringMatching(told),
    });
  });

  test('is read up to a torn line, and then rewritten', async () => {
    const file = new LineFile(path());
    file.add(thing(1));
    await file.flush(() => [thing(1)]);
    await appendFile(path(), `{"id":${'2'.repeat(100_000)}`);
    const again = new LineFile(path());
    expect(await valuesOf(again)).toEqual([thing(1)]);
    again.add(thing(3));
    await again.flush(() => [thing(1), thing(3)]);
    expect(await valuesOf(new LineFile(path()))).toEqual([thing(1), thing(3)]);
  });

  test('never exceeds its limit: outdated lines are removed first, and current lines are not written beyond it', async () => {
    const file = new LineFile(path(), 1_000);
    for (let round = 0; round < 40; round += 1) {
      file.add(thing(round, 'x'.repeat(100)));
      await file.flush(() => [thing(round, 'x'.repeat(100))]);
      expect((await stat(path())).size).toBeLessThanOrEqual(1_000);
    }
    const before = await readFile(path(), 'utf8');
    const many = Array.from({ length: 20 }, (_, id) => thing(id, 'x'.repeat(100)));
    file.add(thing(40, 'x'.repeat(1_000)));
    await expect(file.flush(() => many)).rejects.toMatchObject({
      code: 'file_full',
      message: 'things.jsonl: what is in force takes more than 1000 bytes',
    });
    expect(await readFile(path(), 'utf8')).toBe(before);
    // Nothing is lost once there is less.
    file.add(thing(41));
    await file.flush(() => [thing(40), thing(41)]);
    expect(await valuesOf(new LineFile(path(), 1_000))).toEqual([thing(40), thing(41)]);
  });
});
