import type { Family } from '../support/table.js';
import { checkFlat } from './check-flat.js';
import { cliStart } from './cli-start.js';
import { decisionCost } from './decision-cost.js';
import { decisions } from './decisions.js';
import { externalChecks } from './external-checks.js';
import { gatewayCalls } from './gateway-calls.js';
import { gatewayFeed } from './gateway-feed.js';
import { gatewayGrants } from './gateway-grants.js';
import { gatewayMemory } from './gateway-memory.js';
import { headPieces } from './head-pieces.js';
import { lists } from './lists.js';
import { logAppend } from './log-append.js';
import { logProof } from './log-proof.js';
import { logVerify } from './log-verify.js';
import { recordsLag } from './records-lag.js';
import { revocation } from './revocation.js';
import { routeMatching } from './route-matching.js';
import { slack } from './slack.js';
import { tokenChecks } from './token-checks.js';
import { workers } from './workers.js';

/** In the order of the table. */
export const FAMILIES: readonly Family[] = [
  decisions,
  decisionCost,
  lists,
  gatewayCalls,
  gatewayGrants,
  gatewayMemory,
  gatewayFeed,
  recordsLag,
  workers,
  externalChecks,
  revocation,
  tokenChecks,
  routeMatching,
  checkFlat,
  headPieces,
  logAppend,
  logProof,
  logVerify,
  slack,
  cliStart,
];
