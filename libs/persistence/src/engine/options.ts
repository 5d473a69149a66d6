import type { Clock, Ids, Randomness } from '@countersign/access';
import type { Hashing } from '@countersign/contract';

export interface StoreOptions {
  /** `sqlite:PATH` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE` */
  url: string;
  /** 32 bytes; what is secret in the database is sealed under it. */
  masterKey: Uint8Array;
  ids: Ids;
  random: Randomness;
  hashing: Hashing;
}

export type MigrateOptions = Pick<StoreOptions, 'url' | 'masterKey' | 'ids' | 'random'> & { clock: Clock };
