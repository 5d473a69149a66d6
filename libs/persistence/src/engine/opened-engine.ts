import { StoreError } from '../errors.js';
import type { Engine } from './engine.js';

/** An engine whose database is of this version and of this master key. */
export interface OpenedEngine {
  engine: Engine;
  /** `dep_…` */
  deployment: string;
}

export const migrationsPending = (): StoreError =>
  new StoreError('migrations_pending', 'The database is not of this version yet: run `countersign migrate`.');
