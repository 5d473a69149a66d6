import { join } from 'node:path';
import type { z } from 'zod';
import { type Environment, readEnvironment, readSecretFile } from './read.js';
import { databaseUrl, folder, masterKey, originUrl } from './values.js';

/** What opens the store. The broker and every host verb need it. */
export type StoreEnvironment = {
  /** `sqlite:PATH` or `postgres://…`; may hold a password, never print it. */
  databaseUrl: string;
  dataDir: string;
  /** 32 bytes. */
  masterKey: Uint8Array;
};

export const storeShape = {
  COUNTERSIGN_DATABASE_URL: databaseUrl.optional(),
  COUNTERSIGN_DATA_DIR: folder.default('./data'),
  COUNTERSIGN_MASTER_KEY: masterKey.optional(),
};

export const storeSecrets = ['COUNTERSIGN_DATABASE_URL', 'COUNTERSIGN_MASTER_KEY'] as const;

type StoreVariables = z.output<z.ZodObject<typeof storeShape>>;
type Report = (key: string, rule: string) => void;

/** The file in which the demo keeps the master key that it makes. */
export const masterKeyFile = (dataDir: string): string => join(dataDir, 'master-key');

/** Fills in the default database and the master key, from the environment or the data folder's file. */
export function storeFrom(raw: StoreVariables, problem: Report): StoreEnvironment | undefined {
  const dataDir = raw.COUNTERSIGN_DATA_DIR;
  const key = raw.COUNTERSIGN_MASTER_KEY ?? masterKeyFromFile(masterKeyFile(dataDir), problem);
  if (key === undefined) return undefined;
  const url = raw.COUNTERSIGN_DATABASE_URL ?? `sqlite:${join(dataDir, 'countersign.db')}`;
  return { databaseUrl: url, dataDir, masterKey: key };
}

function masterKeyFromFile(path: string, problem: Report): Uint8Array | undefined {
  const file = readSecretFile(path);
  if (!file.ok) {
    problem(
      'COUNTERSIGN_MASTER_KEY',
      file.missing
        ? 'is required: set it (or COUNTERSIGN_MASTER_KEY_FILE) to 32 random bytes in base64, for example from "openssl rand -base64 32", and keep a copy; without it the store cannot be opened'
        : `is not set, and the data folder's master-key ${file.rule}`,
    );
    return undefined;
  }
  const parsed = masterKey.safeParse(file.text);
  if (!parsed.success)
    problem(
      'COUNTERSIGN_MASTER_KEY',
      "is not set, and the data folder's master-key must be 32 bytes in base64",
    );
  return parsed.data;
}

/**
 * Reads what opens the store.
 * @throws ConfigError naming each bad variable and its rule.
 */
export function readStoreEnvironment(env: Environment): StoreEnvironment {
  return readEnvironment(env, storeShape, storeSecrets, storeFrom);
}

/** What the verbs on the broker's host need: the store, and the broker's public origin. */
export type HostEnvironment = StoreEnvironment & {
  /** The broker's origin as gateways see it, without a final slash. */
  publicUrl: string;
};

/**
 * Reads what the host verbs need.
 * @throws ConfigError naming each bad variable and its rule.
 */
export function readHostEnvironment(env: Environment): HostEnvironment {
  const shape = { ...storeShape, COUNTERSIGN_PUBLIC_URL: originUrl.default('http://localhost:4000') };
  return readEnvironment(env, shape, storeSecrets, (raw, problem) => {
    const store = storeFrom(raw, problem);
    return store === undefined ? undefined : { ...store, publicUrl: raw.COUNTERSIGN_PUBLIC_URL };
  });
}

/** What a rotation of the master key needs. */
export type MasterKeyRotationEnvironment = StoreEnvironment & {
  /** Undefined if none was given. */
  newMasterKey: Uint8Array | undefined;
  /** The file that holds the current key; null if a variable does. */
  keyFile: string | null;
};

export const rotationShape = { ...storeShape, COUNTERSIGN_NEW_MASTER_KEY: masterKey.optional() };

/**
 * Reads what `keys rotate-master` needs.
 * @throws ConfigError naming each bad variable and its rule.
 */
export function readMasterKeyRotation(env: Environment): MasterKeyRotationEnvironment {
  const secrets = [...storeSecrets, 'COUNTERSIGN_NEW_MASTER_KEY'] as const;
  return readEnvironment(env, rotationShape, secrets, (raw, problem) => {
    const store = storeFrom(raw, problem);
    if (store === undefined) return undefined;
    const keyFile = raw.COUNTERSIGN_MASTER_KEY === undefined ? masterKeyFile(store.dataDir) : null;
    if (keyFile === null && raw.COUNTERSIGN_NEW_MASTER_KEY === undefined)
      problem(
        'COUNTERSIGN_NEW_MASTER_KEY',
        'is required if COUNTERSIGN_MASTER_KEY is set: set it (or COUNTERSIGN_NEW_MASTER_KEY_FILE) to 32 other random bytes in base64, and keep a copy',
      );
    return { ...store, newMasterKey: raw.COUNTERSIGN_NEW_MASTER_KEY, keyFile };
  });
}
