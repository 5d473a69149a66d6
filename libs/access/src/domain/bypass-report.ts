import type { BypassKind } from '@countersign/contract';

/** One call that bypassed the gateway. It has no path, because the report becomes a leaf of the log, which cannot be erased. */
export interface BypassedCall {
  kind: BypassKind;
  at: string;
  method: string;
  record?: string;
  /** True if the service itself refused the call. */
  refused: boolean;
}

/** What someone has found by comparing a service's own log of calls with a tenant's records. */
export interface BypassReport {
  /** `byp_…` */
  id: string;
  tenant: string;
  service: string;
  /** The span that was compared, up to but not including `to`. */
  from: string;
  to: string;
  /** How many calls bypassed the gateway and were let through by the service, and how many it refused. */
  passed: number;
  refused: number;
  calls: BypassedCall[];
  /** SHA-256 of the report's canonical content: the same report again is not a second one. */
  digest: string;
  reportedBy: string;
  reportedAt: string;
}
