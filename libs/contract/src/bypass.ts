/**
 * Why a call counts as a bypass: `no_context` came without a context, `bad_context` with one that no enrolled gateway signed for
 * this service, `other_call` with that of another method, path, gateway or time, `repeated` with one that was used before.
 *
 * A missing record alone is none of these: the record may be in a sealed log, and a report would show it.
 */
export const BYPASS_KINDS = ['no_context', 'bad_context', 'other_call', 'repeated'] as const;
/** One of `BYPASS_KINDS`: why a call counts as a bypass of the gateway. */
export type BypassKind = (typeof BYPASS_KINDS)[number];

/** The most calls that a report of bypasses names; it counts the others. */
export const MAX_BYPASSED_CALLS = 200;
