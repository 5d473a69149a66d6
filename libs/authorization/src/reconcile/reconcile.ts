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
  /** The key of that id, and the gateway that has it; null for a key that gateways share with the service. */
  key(kid: string, alg: ContextAlgorithm): { key: KeyObject; gateway: string | null } | undefined;
};

/** Clocks of gateway and service differ, and a call takes a while to arrive. */
export const RECONCILED_WITHIN_MS = 5 * 60_000;

/**
 * Compares the calls that a service saw in a span with the records of one tenant. Pure. `records`: those of this service,
 * from RECONCILED_WITHIN_MS before the span until as long after it.
 */
export function reconcile(
  calls: Iterable<SeenCall>,
  records: ReadonlyMap<string, RecordedCall>,
  rules: ReconciliationRules,
): Reconciliation {
  const found: Reconciliation = { calls: 0, matched: 0, otherTenants: 0, findings: [], unanswered: [] };
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

type Verdict = { kind: BypassKind | 'matched' | 'other_tenant'; record?: string; refused?: boolean };

function judgeCall(
  { at, method, path, context, refused: reason }: SeenCall,
  records: ReadonlyMap<string, RecordedCall>,
  seen: ReadonlySet<string>,
  { tenant, audience, key }: ReconciliationRules,
): Verdict {
  if (context === null) return { kind: 'no_context' };
  let signer: string | null = null;
  const find = (kid: string, alg: ContextAlgorithm) => {
    const known = key(kid, alg);
    signer = known?.gateway ?? null;
    return known?.key;
  };
  try {
    const call = readSignedContext(context, { audience, key: find });
    const { record } = call;
    const refused = reason !== undefined;
    if (signer !== null && signer !== call.gateway) return { kind: 'bad_context', record };
    if (call.tenant !== tenant) return { kind: 'other_tenant' };
    const recorded = records.get(record);
    if (recorded === undefined) return { kind: 'no_record', record, refused };
    if (seen.has(record)) return { kind: 'repeated', record, refused };
    const isSame =
      recorded.gateway === call.gateway &&
      recorded.method === method &&
      call.method === method &&
      call.path === path &&
      Math.abs(Date.parse(recorded.at) - Date.parse(at)) <= RECONCILED_WITHIN_MS;
    return { kind: isSame ? 'matched' : 'other_call', record, refused };
  } catch (error) {
    if (error instanceof ContextRefused) return { kind: 'bad_context' };
    throw error;
  }
}
