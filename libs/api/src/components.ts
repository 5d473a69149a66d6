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
export const components = z.registry<{ id: string; description: string }>();

/** Gives a schema its name and its description in the OpenAPI document. */
export function named<S extends z.ZodType>(id: string, description: string, schema: S): S {
  components.add(schema, { id, description });
  return schema;
}

/** One page of a list, as a named schema. */
export const pageOf = <S extends z.ZodType>(id: string, item: S) =>
  named(
    id,
    'One page of a list.',
    z.object({
      items: z.array(item),
      next: z.string().nullable().describe('The cursor of the next page; null on the last page.'),
    }),
  );

// What customers sign has schemas of its own, published under docs/schemas. They have names here too.
named('Terms', 'What an approver countersigns: who, where, what, and for how long.', termsSchema);
named('Signature', 'A signature of a passkey or a recovery key over a statement.', signatureSchema);
named(
  'TrustDocument',
  'The people, keys and rules that a customer has signed and gateways pin.',
  trustDocumentSchema,
);
named('ApprovalStatement', 'What a passkey signs to approve a request.', approvalSchema);
named('InvitationStatement', 'What a passkey signs to invite the vendor.', invitationSchema);
named('StopStatement', 'What a passkey signs to stop access.', stopSchema);
named('LiftStatement', 'What a passkey signs to lift a stop.', liftSchema);
named('PresenceStatement', 'What an existing passkey signs before another one is added.', presenceSchema);
named(
  'OfferedPracticeStatement',
  'What a passkey signs in a practice. No gateway takes it for an approval.',
  offeredPracticeSchema,
);
named('PasskeyJwk', 'The public key of a passkey (RFC 7517).', passkeyJwk);
named('RecoveryJwk', 'The public half of a recovery key (RFC 7517).', recoveryJwk);

/** A shape that has these members: the compiler names one that is forgotten. */
export type ShapeWith<Name extends string> = Readonly<Record<Name, z.ZodType> & Record<string, z.ZodType>>;
