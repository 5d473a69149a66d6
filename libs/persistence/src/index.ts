/** The signers of broker and host. Another place for the private keys is another file here, and this line. */
export { databaseSigners as systemSigners } from './database-signers.js';
export { backUp } from './engine/backup.js';
export { schemaDrift } from './engine/drift.js';
export type { CommitNews, MigrateOptions, Pools, StoreOptions } from './engine/engine.js';
export { inspectServer, migrate, pendingMigrations } from './engine/migrate.js';
export { type OpenedStore, openStore } from './engine/open-store.js';
export type { PostgresFacts } from './engine/postgres/inspect.js';
export { type MasterKeyRotation, rotateMasterKey } from './engine/rotate-master-key.js';
export { isCopyOfRunning } from './engine/sqlite/plain-copy.js';
export { StoreError, type StoreErrorCode } from './errors.js';
export { systemClock, systemHashing, systemRandomness, uuidV7Ids } from './system.js';
