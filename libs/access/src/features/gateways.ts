/** Gateways and what they report: identities, keys, records, pins, bypasses, and the tests of isolation. */

export type { BypassedCall, BypassReport } from '../domain/bypass-report.js';
export {
  EVERYTHING,
  type GatewayBinding,
  serves,
  servesAll,
  servesService,
  servesTenant,
  writesInto,
} from '../domain/gateway-binding.js';
export {
  hasPassed,
  type IsolationLeak,
  type IsolationReport,
  type IsolationRun,
  NO_ATTEMPTS,
  type StatedRun,
} from '../domain/isolation.js';
export {
  ensureBrokerKeys,
  OVERLAP_SECONDS,
  publishedKeys,
  revokeSigningKey,
  rotateSigningKey,
  signingKey,
} from '../use-cases/gateways/broker-keys.js';
export { type BypassInput, listBypassReports, reportBypass } from '../use-cases/gateways/bypass-reports.js';
export { recordPins } from '../use-cases/gateways/gateway-pins.js';
export {
  closeVanishedGateways,
  recordContact,
  VANISHED_AFTER_MS,
} from '../use-cases/gateways/gateway-presence.js';
export {
  authenticateGateway,
  enrolGateway,
  listGateways,
  recordVersion,
  registerIdentity,
  reportForgedBatch,
  revokeGateway,
} from '../use-cases/gateways/gateways.js';
export type { IncomingBatch, IncomingRecord } from '../use-cases/gateways/incoming-record.js';
export { ingestRecords } from '../use-cases/gateways/ingest-records.js';
export type { BatchRefusal } from '../use-cases/gateways/lost-records.js';
export {
  type Canary,
  type IsolationTest,
  isTestDue,
  newestTest,
  readIsolation,
  runIsolationTest,
  stateIsolation,
} from '../use-cases/isolation/isolation-test.js';
