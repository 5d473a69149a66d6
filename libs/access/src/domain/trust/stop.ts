import type { LiftStatement, Signature, StopStatement } from '@countersign/contract';

/** A customer's signed stop: of one digest, or of all of its tenant. In force until a signed lift. */
export interface Stop {
  /** Of the signed statement. */
  hash: string;
  tenant: string;
  person: string;
  /** Null: all of the tenant. */
  digest: string | null;
  signature: Signature<StopStatement>;
  at: string;
  lift: Signature<LiftStatement> | null;
  liftedBy: string | null;
  liftedAt: string | null;
}
