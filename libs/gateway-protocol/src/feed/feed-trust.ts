import {
  ContractError,
  LIFT_TYPE,
  type LiftStatement,
  parseSignature,
  parseSignedTrustDocument,
  type Signature,
  STOP_TYPE,
  type StopStatement,
} from '@countersign/contract';
import { z } from 'zod';
import { slug } from '../shapes.js';

/** A schema over a strict parser of libs/contract. A ContractError becomes an issue that names its place. */
const parsedBy = <T>(parse: (value: unknown) => T) =>
  z.unknown().transform((value, context): T => {
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      context.addIssue({ code: 'custom', message: `${error.pointer ?? ''} ${error.message}` });
      return z.NEVER;
    }
  });

export type SignedStop = Signature<StopStatement>;
export type SignedLift = Signature<LiftStatement>;

const signatureOf =
  <S extends Signature>(is: (signature: Signature) => signature is S) =>
  (value: unknown): S => {
    const signature = parseSignature(value);
    if (is(signature)) return signature;
    throw new ContractError('invalid_statement', 'is of another type', '/statement/type');
  };

/** A customer's own stop or lift. The gateway verifies it against its pinned trust documents. */
export const signedStop = parsedBy(
  signatureOf((signature): signature is SignedStop => signature.statement.type === STOP_TYPE),
);
export const signedLift = parsedBy(
  signatureOf((signature): signature is SignedLift => signature.statement.type === LIFT_TYPE),
);

/** A claimed tenant's whole chain of trust documents, oldest first. A gateway trusts it only from its own pin on. */
export const feedTrust = z.strictObject({
  tenant: slug,
  chain: z.array(parsedBy(parseSignedTrustDocument)).min(1).max(10_000),
});
export type FeedTrust = z.infer<typeof feedTrust>;
