import type { MigrationInterface } from 'typeorm';
import { Initial1798900000000 } from './1798900000000-initial.js';

/** In the order in which they run. A released migration never changes: test/contract/frozen-migrations.spec.ts. */
export const MIGRATIONS: (new () => MigrationInterface & { name: string })[] = [Initial1798900000000];
