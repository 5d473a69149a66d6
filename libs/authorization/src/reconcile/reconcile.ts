import type { KeyObject } from 'node:crypto';
import type { BypassKind } from '@countersign/contract';
import type { SeenCall } from '../context/seen-call.js';
import { type ContextAlgorithm, ContextRefused, readSignedContext } from '../context/verify-context.js';

/** A call that a gateway has recorded as allowed. */
export type RecordedCall = {
  at: string;
  gateway: string;
  method: string;
  /** False if the gateway says that the service never answered: then it may not have seen the call. */
  answered: boolean;
};

export type BypassFinding = {
  kind: BypassKind;
  at: string;
  method: string;
  path: string;
  record?: string;
  /** The service let it no further. It was tried, and nothing happened. */
  refused: boolean;
};

export type Reconciliation = {
  /** Calls in the span. */
  calls: number;
  matched: number;
  /** Calls with a valid context of another tenant. Their records are in that tenant's log. */
  otherTenants: number;
  /**
   * Calls with a valid context and without a record in the mirror. The record may be late or lost, or in the sealed log of access
   * under a gag. Which it is, nothing here may show: they are one number, and never part of a report.
   */
  notComparable: number;
  findings: BypassFinding[];
  /** Answered calls of the records that the service says nothing about: its own log is incomplete, or not its own. */
  unanswered: { record: string; at: string }[];
};

export type ReconciliationRules = {
  tenant: string;
  audience: string;
  /** From, up to but not including, in milliseconds since the epoch. */
  from: number;
  to: number;
  /** Whether the deployment's log has this gateway, also if it was revoked since. */
  isEnrolled(gateway: string): boolean;
  /** The key of that id, and the gateway that has it; null for a key that gateways share with the service. */
  key(kid: string, alg: ContextAlgorithm): { key: KeyObject; gateway: string | null } | undefined;
};

/** Clocks of gateway and service differ, and a call takes a while to arrive. */
export const RECONCILED_WITHIN_MS = 5 * 60_000;

/** A context lives for at most a minute, and calls are dated by the service. */
const CONTEXT_LIFE_MS = 60_000;

/**
 * Compares the calls that a service saw in a span with the records of one tenant. Pure. `records`: those of this service,
 * from RECONCILED_WITHIN_MS before the span until as long after it.
 *
 * A bypass is a call without a valid context, or whose context is that of another call. A missing record alone is no bypass, and no
 * finding may differ by it (docs/decisions/0033).
 */
export function reconcile(
  calls: Iterable<SeenCall>,
  records: ReadonlyMap<string, RecordedCall>,
  rules: ReconciliationRules,
): Reconciliation {
  const found: Reconciliation = {
    ...{ calls: 0, matched: 0, otherTenants: 0, notComparable: 0 },
    ...{ findings: [], unanswered: [] },
  };
  const seen = new Set<string>();
  for (const call of calls) {
    const at = Date.parse(call.at);
    const isInside = at >= rules.from && at < rules.to;
    const verdict = judgeCall(call, records, seen, rules);
    if ('record' in verdict && verdict.record !== undefined && verdict.refused !== true)
      seen.add(verdict.record);
    if (!isInside) continue;
    found.calls += 1;
    if (verdict.kind === 'matched') found.matched += 1;
    else if (verdict.kind === 'other_tenant') found.otherTenants += 1;
    else if (verdict.kind === 'not_comparable') found.notComparable += 1;
    else
      found.findings.push({
        ...{ kind: verdict.kind, at: call.at, method: call.method, path: call.path },
        ...(verdict.record === undefined ? {} : { record: verdict.record }),
        refused: call.refused !== undefined,
      });
  }
  for (const [record, { at, answered }] of records) {
    const isInside = Date.parse(at) >= rules.from && Date.parse(at) < rules.to;
    if (isInside && answered && !seen.has(record)) found.unanswered.push({ record, at });
  }
  return found;
}

type Verdict = {
  kind: BypassKind | 'matched' | 'other_tenant' | 'not_comparable';
  /** Only one that the mirror has. */
  record?: string;
  refused?: boolean;
};

function judgeCall(
  seenCall: SeenCall,
  records: ReadonlyMap<string, RecordedCall>,
  seen: ReadonlySet<string>,
  { tenant, audience, key, isEnrolled }: ReconciliationRules,
): Verdict {
  const { context, method } = seenCall;
  if (context === null) return { kind: 'no_context' };
  let signer: string | null = null;
  const find = (kid: string, alg: ContextAlgorithm) => {
    const known = key(kid, alg);
    signer = known?.gateway ?? null;
    return known?.key;
  };
  try {
    const call = readSignedContext(context, { audience, key: find });
    const { record, gateway } = call;
    if (!isEnrolled(gateway) || (signer !== null && signer !== gateway)) return { kind: 'bad_context' };
    if (call.tenant !== tenant) return { kind: 'other_tenant' };
    // Before any record is looked up, so that the finding is the same without one.
    if (!isAbout(call, seenCall)) return { kind: 'other_call' };
    const recorded = records.get(record);
    if (recorded === undefined) return { kind: 'not_comparable' };
    const refused = seenCall.refused !== undefined;
    if (seen.has(record)) return { kind: 'repeated', record, refused };
    const isSame =
      recorded.gateway === gateway && recorded.method === method && isNear(recorded.at, seenCall.at);
    return { kind: isSame ? 'matched' : 'other_call', record, refused };
  } catch (error) {
    if (error instanceof ContextRefused) return { kind: 'bad_context' };
    throw error;
  }
}

/** Whether a context is about this method and path, and of this time. */
function isAbout(
  context: { method: string; path: string; expiresAt: number },
  { method, path, at }: SeenCall,
): boolean {
  const early = context.expiresAt - Date.parse(at);
  const isOfTime = early >= -RECONCILED_WITHIN_MS && early <= RECONCILED_WITHIN_MS + CONTEXT_LIFE_MS;
  return context.method === method && context.path === path && isOfTime;
}

const isNear = (one: string, other: string): boolean =>
  Math.abs(Date.parse(one) - Date.parse(other)) <= RECONCILED_WITHIN_MS;
