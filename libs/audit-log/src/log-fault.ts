/**
 * Why a log does not verify, with the place of the fault. Verifiers that read what the leaves say have codes of their own.
 */
export class LogFault<Code extends string = LogFaultCode> extends Error {
  constructor(
    readonly code: Code,
    detail: string,
    /** The leaf at fault; undefined if the fault is in no single leaf. */
    readonly index?: number,
    options?: ErrorOptions,
  ) {
    super(detail, options);
    this.name = 'LogFault';
  }
}

export type LogFaultCode =
  /** There is no checkpoint, or it is not one, or it is not signed by the log. */
  | 'checkpoint'
  /** A tile or bundle that the checkpoint covers is not there. */
  | 'missing_tile'
  /** A tile or bundle does not have the length that the size of the log requires. */
  | 'wrong_length'
  /** A leaf is not the one whose hash is in the tree. */
  | 'changed_leaf'
  /** A tile does not hold the hashes of what is below it. */
  | 'changed_tile'
  /** The tiles do not lead to the root that was signed. */
  | 'wrong_root'
  /** The log is smaller than what was verified before. */
  | 'rolled_back'
  /** The log is another than what was verified before: it does not continue it. */
  | 'forked'
  /** What an earlier run found is damaged, or of another log: nothing can be said about what continues it. */
  | 'invalid_state'
  /** A leaf is not what this log's leaves are. */
  | 'invalid_leaf'
  /** A leaf lacks a member that its type has, or has one of another kind. */
  | 'unreadable_leaf'
  /** Leaves are gone that were not verified before, and the log's own leaves do not say that it pruned them. */
  | 'pruned';
