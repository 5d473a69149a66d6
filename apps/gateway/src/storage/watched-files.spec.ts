import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFolder, tempFolder } from '../../../../test/support/temp-folder.js';
import { WatchedFiles, WatchedFileUnreadable } from './watched-files.js';

let folder: string;
beforeEach(async () => {
  folder = await tempFolder('watched');
});
afterEach(() => removeFolder(folder));

const place = (name: string) => join(folder, name);

test('gives the contents at first, and then only after a file was replaced, went away or came back', async () => {
  await writeFile(place('a'), '1');
  const files = new WatchedFiles({ a: place('a') });
  expect(files.readIfChanged()).toEqual({ a: '1' });
  expect(files.readIfChanged()).toBeUndefined();
  await writeFile(place('b'), '2');
  await rename(place('b'), place('a'));
  expect(files.readIfChanged()).toEqual({ a: '2' });
  await rm(place('a'));
  expect(() => files.readIfChanged()).toThrow(WatchedFileUnreadable);
  expect(files.readIfChanged()).toBeUndefined();
  await writeFile(place('a'), '3');
  expect(files.readIfChanged()).toEqual({ a: '3' });
});

describe('a file that cannot be read is named with its rule, once, and never throws anything else', () => {
  test.each<[string, RegExp, () => Promise<string>]>([
    ['is not there', /^a cannot be read \(ENOENT\)$/, async () => place('none')],
    [
      'lies below a file',
      /^a cannot be read \(ENOTDIR\)$/,
      async () => {
        await writeFile(place('file'), '');
        return join(place('file'), 'a');
      },
    ],
    [
      'is a link to itself',
      /^a cannot be read \(ELOOP\)$/,
      async () => {
        await symlink(place('loop'), place('loop'));
        return place('loop');
      },
    ],
    ['has too long a name', /^a cannot be read \(ENAMETOOLONG\)$/, async () => place('x'.repeat(300))],
    ['has NUL in its name', /^a cannot be read \(ERR_INVALID_ARG_VALUE\)$/, async () => place('x\0y')],
    [
      'is a folder',
      /^a is not a regular file$/,
      async () => {
        await mkdir(place('folder'));
        return place('folder');
      },
    ],
    [
      'is too large',
      /^a is larger than 1048576 bytes$/,
      async () => {
        await writeFile(place('large'), Buffer.alloc(1024 * 1024 + 1));
        return place('large');
      },
    ],
  ])('%s', async (_case, message, make) => {
    const files = new WatchedFiles({ a: await make() });
    expect(() => files.readIfChanged()).toThrow(message);
    expect(files.readIfChanged()).toBeUndefined();
  });
});
