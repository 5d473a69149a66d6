import {
  approvalSchema,
  invitationSchema,
  liftSchema,
  offeredPracticeSchema,
  passkeyJwk,
  presenceSchema,
  recoveryJwk,
  signatureSchema,
  stopSchema,
  termsSchema,
  trustDocumentSchema,
} from '@countersign/contract';
import { z } from 'zod';

/** Every schema that has a name of its own in the OpenAPI document, under `components.schemas`. */
export const components = z.registry<{ id: string }>();

/** Gives a schema its name in the OpenAPI document. */
export function named<S extends z.ZodType>(id: string, schema: S): S {
  components.add(schema, { id });
  return schema;
}

/** One page of a list, as a named schema. */
export const pageOf = <S extends z.ZodType>(id: string, item: S) =>
  named(
    id,
    z.object({
      items: z.array(item),
      next: z.string().nullable().describe('The cursor of the next page; null on the last page.'),
    }),
  );

// What customers sign has schemas of its own, published under docs/schemas. They have names here too.
named('Terms', termsSchema);
named('Signature', signatureSchema);
named('TrustDocument', trustDocumentSchema);
named('ApprovalStatement', approvalSchema);
named('InvitationStatement', invitationSchema);
named('StopStatement', stopSchema);
named('LiftStatement', liftSchema);
named('PresenceStatement', presenceSchema);
named('OfferedPracticeStatement', offeredPracticeSchema);
named('PasskeyJwk', passkeyJwk);
named('RecoveryJwk', recoveryJwk);
