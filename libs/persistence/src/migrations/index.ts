import { Initial1795000000000 } from './1795000000000-initial.js';
import { Workflow1795100000000 } from './1795100000000-workflow.js';

/** In the order in which they run. */
export const MIGRATIONS = [Initial1795000000000, Workflow1795100000000];
