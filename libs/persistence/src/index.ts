export { schemaDrift } from './engine/drift.js';
export type { CommitNews, MigrateOptions, StoreOptions } from './engine/engine.js';
export { hasSeparateLogin, migrate, pendingMigrations } from './engine/migrate.js';
export { type OpenedStore, openStore } from './engine/open-store.js';
export { type MasterKeyRotation, rotateMasterKey } from './engine/rotate-master-key.js';
export { StoreError, type StoreErrorCode } from './errors.js';
export { nodeKeyMaker } from './key-maker.js';
export { systemClock, systemHashing, systemRandomness, uuidV7Ids } from './system.js';
