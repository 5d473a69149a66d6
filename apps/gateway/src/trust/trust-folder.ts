import { join } from 'node:path';

/** Where a gateway keeps what customers have signed, beside its spool. */
export const trustFolder = (spoolDir: string): string => join(spoolDir, 'trust');
