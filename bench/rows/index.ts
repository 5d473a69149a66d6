import type { Family } from '../support/table.js';
import { decisions } from './decisions.js';
import { logAppend } from './log-append.js';
import { proxiedCalls } from './proxied-calls.js';
import { revocation } from './revocation.js';
import { routeMatching } from './route-matching.js';
import { tokenChecks } from './token-checks.js';

/** In the order of the table. */
export const FAMILIES: readonly Family[] = [
  decisions,
  proxiedCalls,
  revocation,
  tokenChecks,
  routeMatching,
  logAppend,
];
