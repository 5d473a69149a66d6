import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ZipWriter } from '@countersign/runtime';
import { removeFolder, tempFolder } from '../support/temp-folder.js';

const READ = `
import hashlib, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps({n: hashlib.sha256(archive.read(n)).hexdigest() for n in archive.namelist()}))
`;

test('Python’s zipfile reads an evidence archive as it was written', async () => {
  const folder = await tempFolder('archive');
  const files: Record<string, Buffer> = {
    'README.txt': Buffer.from('Grüße\n'),
    'log/leaves.jsonl': Buffer.from('{"index":0}\n'.repeat(200_000)),
    'sample/noise.bin': randomBytes(1_000_000),
    'empty.csv': Buffer.alloc(0),
  };
  const written: Uint8Array[] = [];
  const zip = new ZipWriter(async (bytes) => {
    written.push(Buffer.from(bytes));
  });
  for (const [name, bytes] of Object.entries(files)) await zip.add(name, (into) => into.write(bytes));
  await zip.end();
  const path = join(folder, 'pack.zip');
  await writeFile(path, Buffer.concat(written));
  const { stdout } = await promisify(execFile)('python3', ['-c', READ, path]);
  expect(JSON.parse(stdout)).toEqual(
    Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
    ),
  );
  await removeFolder(folder);
});
