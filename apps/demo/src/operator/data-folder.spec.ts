import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataFolder, makeDataFolder, makeMasterKey } from './data-folder.js';

describe('the data folder', () => {
  let parent: string;
  let dataDir: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'demo-folder-'));
    dataDir = join(parent, 'data');
  });
  afterEach(() => {
    rmSync(parent, { recursive: true });
  });
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

  test('P11: folder and master key are for this user alone', () => {
    makeDataFolder(dataDir);
    makeMasterKey(dataDir, {});
    expect(mode(dataDir)).toBe('700');
    expect(mode(join(dataDir, 'master-key'))).toBe('600');
    expect(Buffer.from(readFileSync(join(dataDir, 'master-key'), 'utf8'), 'base64')).toHaveLength(32);
  });

  test('keeps the key that is there, and makes none beside one that is set', () => {
    makeDataFolder(dataDir);
    makeMasterKey(dataDir, { COUNTERSIGN_MASTER_KEY: 'set' });
    expect(() => readFileSync(join(dataDir, 'master-key'))).toThrow('ENOENT');
    makeMasterKey(dataDir, {});
    const key = readFileSync(join(dataDir, 'master-key'), 'utf8');
    makeMasterKey(dataDir, {});
    expect(readFileSync(join(dataDir, 'master-key'), 'utf8')).toBe(key);
  });

  test('makes no new key for a database that an old key encrypts', () => {
    makeDataFolder(dataDir);
    writeFileSync(join(dataDir, 'countersign.db'), '');
    expect(() => makeMasterKey(dataDir, {})).toThrow(expect.objectContaining({ code: 'master_key_missing' }));
  });

  test('belongs to one process at a time, and is free again after', () => {
    makeDataFolder(dataDir);
    const lock = lockDataFolder(dataDir);
    expect(() => lockDataFolder(dataDir)).toThrow(expect.objectContaining({ code: 'already_running' }));
    lock.release();
    lockDataFolder(dataDir).release();
  });

  test('a folder that cannot be made is reported', () => {
    writeFileSync(dataDir, 'a file');
    expect(() => makeDataFolder(dataDir)).toThrow(expect.objectContaining({ code: 'data_folder' }));
  });
});
