// What the log, its exports and its statements name. The one list of each; schemas, types, options and choices derive from it.

/** How a leaf is written: as it is, mapped to OCSF, or as it is in the envelope of a protocol. */
export const EXPORT_FORMATS = ['jsonl', 'ocsf', 'syslog', 'hec'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** How a stream reaches its receiver: Splunk’s HTTP Event Collector, syslog over TCP, or signed POSTs of JSON Lines. */
export const EXPORT_KINDS = ['hec', 'syslog', 'jsonl'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

/** What each item of a stream holds: the leaf as it is, or mapped to OCSF. */
export const EXPORT_CONTENTS = ['leaf', 'ocsf'] as const;
export type ExportContent = (typeof EXPORT_CONTENTS)[number];

/** Whether a statement of each UTC day is made, and who gets it. */
export const DAILY_STATEMENTS = ['off', 'webhook', 'mail'] as const;
export type DailyStatement = (typeof DAILY_STATEMENTS)[number];

/** What the gateway decided about a call. */
export const CALL_DECISIONS = ['allowed', 'refused'] as const;
export type RecordedDecision = (typeof CALL_DECISIONS)[number];

/** How an allowed call ended. `cut`: by its client, or by the end of the grant. `unknown`: the gateway died before it knew. */
export const CALL_OUTCOMES = ['completed', 'cut', 'failed', 'unknown'] as const;
export type RecordedOutcome = (typeof CALL_OUTCOMES)[number];

/** Of one way to customers’ data: whether Countersign controls it, something else does, or nothing does. */
export const COVERAGE_STATES = ['controlled-here', 'controlled-elsewhere', 'open'] as const;
export type CoverageState = (typeof COVERAGE_STATES)[number];

/**
 * Kinds of ways in. `grant`: access that was approved and has not ended. `invitation`: lets a request that fits in
 * without another approval of the customer. `rule`: a basis that needs no countersignature, of the trust document or,
 * while the tenant is unclaimed, of its controls.
 */
export const ACCESS_KINDS = ['grant', 'invitation', 'rule'] as const;
export type AccessKind = (typeof ACCESS_KINDS)[number];

/** What opens no data without one of those: credentials of people and gateways. */
export const CREDENTIAL_KINDS = ['api-key', 'session', 'gateway'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** The surfaces through which the isolation test tries to read another tenant’s data. */
export const ISOLATION_SURFACES = ['api', 'log', 'stream', 'feed', 'notices', 'gateway'] as const;
export type IsolationSurface = (typeof ISOLATION_SURFACES)[number];
