/**
 * What a call at the service says that the records do not: `no_context` came without a context, `bad_context` with one that
 * no enrolled gateway signed for this service, `no_record` with one whose record the log lacks, `other_call` with that of
 * another method, path, gateway or time, `repeated` with one that was used before.
 */
export const BYPASS_KINDS = ['no_context', 'bad_context', 'no_record', 'other_call', 'repeated'] as const;
/** One of `BYPASS_KINDS`: why a call counts as a bypass of the gateway. */
export type BypassKind = (typeof BYPASS_KINDS)[number];

/** The most calls that a report of bypasses names; it counts the others. */
export const MAX_BYPASSED_CALLS = 200;
