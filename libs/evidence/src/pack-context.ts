import type { StatementBody } from '@countersign/audit-log';
import type { PackLeaf } from './pack-leaf.js';

/** The span that a pack is about: from `from` on, up to but not including `to`. */
export interface EvidencePeriod {
  /** `2026-H1`, `2026-Q3`, or `FROM..TO` as it was given. */
  name: string;
  /** RFC 3339 instants. */
  from: string;
  to: string;
}

/** Everything that the derived files depend on besides the leaves of the range. */
export interface PackContext {
  deployment: string;
  tenant: string;
  period: EvidencePeriod;
  madeAt: string;
  /** What chooses the sample. */
  seed: string;
  /** Indices of the log's leaves in the pack, `to` excluded: from the first to the last leaf whose time lies in the period. */
  range: { from: number; to: number };
  /** The checkpoint that proves them: how many leaves the log has, and its root in padded base64. */
  size: number;
  root: string;
  /** Leaves from before the period that show which rules were in force and which demands were open when it began. */
  earlier: readonly PackLeaf[];
  /** Leaves of the deployment's log up to the end of the period: the vendor's policy, other ways to the data, gateways. */
  deploymentLeaves: readonly PackLeaf[];
  statement: Pick<StatementBody, 'count' | 'refused' | 'exceptions' | 'sealed'>;
}

/** Compares two RFC 3339 instants. */
export const isBefore = (at: string, end: string): boolean => Date.parse(at) < Date.parse(end);

/** Whether a leaf's time lies in the period. Leaves are not in the order of their times, so the range has others too. */
export const isInPeriod = ({ period }: Pick<PackContext, 'period'>, { leaf }: PackLeaf): boolean =>
  !isBefore(leaf.at, period.from) && isBefore(leaf.at, period.to);

/** Whether a leaf is older than the period. */
export const isBeforePeriod = ({ period }: Pick<PackContext, 'period'>, { leaf }: PackLeaf): boolean =>
  isBefore(leaf.at, period.from);
