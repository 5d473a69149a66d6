export { StoreError, type StoreErrorCode } from './errors.js';
export { nodeKeyMaker } from './key-maker.js';
export { schemaDrift } from './store/drift.js';
export { migrate, pendingMigrations } from './store/migrate.js';
export { type OpenedStore, openStore } from './store/open-store.js';
export type { MigrateOptions, StoreOptions } from './store/options.js';
export { systemClock, systemHashing, systemRandomness, uuidV7Ids } from './system.js';
