import {
  type StoreOptions,
  systemClock,
  systemHashing,
  systemRandomness,
  uuidV7Ids,
} from '@countersign/persistence';

export const MASTER_KEY = new Uint8Array(32).fill(7);

export const optionsFor = (url: string, change: Partial<StoreOptions> = {}): StoreOptions => ({
  url,
  masterKey: MASTER_KEY,
  ids: uuidV7Ids,
  random: systemRandomness,
  hashing: systemHashing,
  clock: systemClock,
  ...change,
});
