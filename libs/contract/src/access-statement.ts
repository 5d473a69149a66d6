/** A gateway that was enrolled in the span, with its newest signed head past the end. */
export type StatementGateway = {
  gateway: string;
  enrolledAt: string;
  revokedAt: string | null;
  /** The leaf `gateway.head`, or null if this gateway has signed none past `to`. */
  head: { index: number; record: string; at: string } | null;
};

/** From when on a gateway's accesses may be missing, and why. */
export type StatementException = { gateway: string; from: string; reason: 'no_head' | 'gap' };

/** More calls are counted, and not listed. */
export const MOST_STATED_ACCESSES = 100_000;

/** What a statement says of the accesses in a span (docs/contract.md, Statement of accesses), without its checkpoint. */
export type StatementFacts = {
  /** How many leaves the log had: everything below is what these say. The checkpoint is signed later, and may cover more. */
  leaves: number;
  /** How many calls were allowed; their leaves and records, or null if they are more than a statement lists. */
  count: number;
  accesses: [index: number, record: string][] | null;
  /** How many calls with a valid token were refused. */
  refused: number;
  gateways: StatementGateway[];
  /** Empty if the statement is complete. */
  exceptions: StatementException[];
  /** UTC days of sealed leaves that are not open yet: they may cover something. */
  sealed: string[];
};
