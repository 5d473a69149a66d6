import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readMasterKeyRotation } from '@countersign/config';
import { syncFolder } from '@countersign/gateway-protocol';
import {
  type MasterKeyRotation,
  openStore,
  rotateMasterKey,
  StoreError,
  systemClock,
  systemHashing,
  systemRandomness,
  uuidV7Ids,
} from '@countersign/persistence';
import type { Answer, Context } from '../command/context.js';
import { CliError } from '../command/errors.js';

const MASTER_KEY_BYTES = 32;

/**
 * Seals everything in the database again under another master key. If the data folder holds the key, the verb replaces the
 * file, and makes the new key unless one is given. Otherwise the new key must be given, because a key that only this process knew could be lost.
 *
 * A crash leaves `master-key.next` behind. The verb then goes on with that key: it either seals under it or, if that has
 * committed, only puts the file in place.
 */
export async function rotateMaster(context: Context): Promise<Answer> {
  const { databaseUrl: url, masterKey, newMasterKey, keyFile } = readMasterKeyRotation(context.io.env);
  const system = { clock: systemClock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing };
  if (keyFile === null) {
    // The configuration has no such environment without a new key.
    if (newMasterKey === undefined) throw new Error('there is no new master key');
    const rotation = await rotateMasterKey({ url, masterKey, newMasterKey, ...system });
    return answer(rotation, 'Start the brokers with the new key in COUNTERSIGN_MASTER_KEY.');
  }
  const next = `${keyFile}.next`;
  const key = await readOrMake(next, newMasterKey);
  let rotation: MasterKeyRotation | null = null;
  try {
    rotation = await rotateMasterKey({ url, masterKey, newMasterKey: key, ...system });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // The next run would go on with this key, and fail again.
    if (error.code === 'master_key_unchanged') rmSync(next);
    if (error.code !== 'master_key_mismatch') throw error;
    // An earlier run may have committed and then ended.
    const store = await openStore({ url, masterKey: key, ...system }).catch(() => Promise.reject(error));
    await store.close();
  }
  await replace(keyFile, next);
  const where = `${keyFile} holds the new key. ${keyFile}.old holds the one before: backups made until now need it. Keep it where they are, and delete it here.`;
  return rotation === null
    ? { document: { resumed: true }, text: `The earlier rotation is complete. ${where}` }
    : answer(rotation, where);
}

const answer = (rotation: MasterKeyRotation, then: string): Answer => ({
  document: { ...rotation, resumed: false },
  text: `${rotation.secrets} secrets are sealed under the master key ${rotation.to}, no longer under ${rotation.from}. ${then}`,
});

/**
 * The new key, on the disk before anything is sealed under it: one that an earlier run left, the given one, or random.
 *
 * @throws CliError `next_key_left` if a run left another key than the given one
 */
async function readOrMake(path: string, ownKey: Uint8Array | undefined): Promise<Uint8Array> {
  if (existsSync(path)) {
    const left = new Uint8Array(Buffer.from((await readFile(path, 'utf8')).trim(), 'base64'));
    // A crash while the file was written: nothing has been sealed under what it was to hold.
    if (left.length !== MASTER_KEY_BYTES) rmSync(path);
    else if (ownKey === undefined || Buffer.compare(left, ownKey) === 0) return left;
    else
      throw new CliError(
        'next_key_left',
        `An earlier run left another key in ${path}, and may have sealed everything under it. Run the verb without a new key first: it goes on with that one. Then rotate to yours.`,
      );
  }
  const key = Buffer.from(ownKey ?? randomBytes(MASTER_KEY_BYTES));
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${key.toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
  return new Uint8Array(key);
}

/** At every moment the file holds one of the two keys, and the old one has a name. */
async function replace(keyFile: string, next: string): Promise<void> {
  rmSync(`${keyFile}.old`, { force: true });
  linkSync(keyFile, `${keyFile}.old`);
  renameSync(next, keyFile);
  await syncFolder(dirname(keyFile));
}
