import { Initial1795000000000 } from './1795000000000-initial.js';

/** In the order in which they run. */
export const MIGRATIONS = [Initial1795000000000];
