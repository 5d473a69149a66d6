import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FeedPosition } from './feed-position.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'position-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const place = (seq: number) => ({ epoch: 1, seq, mark: 'm' });
const onDisk = async (): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, 'feed-position.json'), 'utf8'));

test('P6: a place that could not be written does not count as stored; the next write stores it', async () => {
  const position = await FeedPosition.load(folder);
  await position.advance(place(1));
  await rm(folder, { recursive: true });
  await expect(position.advance(place(2))).rejects.toMatchObject({ code: 'ENOENT' });
  // What was applied stays applied, whatever the disk does.
  expect(position.highest).toEqual(place(2));
  await mkdir(folder);
  await position.advance(place(2));
  expect(await onDisk()).toEqual(place(2));
});

test('P6: a lower place changes nothing', async () => {
  const position = await FeedPosition.load(folder);
  await position.advance(place(5));
  await position.advance(place(4));
  expect(await onDisk()).toEqual(place(5));
  expect((await FeedPosition.load(folder)).highest).toEqual(place(5));
});
