import {
  approvalSchema,
  invitationSchema,
  liftSchema,
  passkeyJwk,
  recoveryJwk,
  signatureSchema,
  stopSchema,
  termsSchema,
  trustDocumentSchema,
} from '@countersign/contract';
import { z } from 'zod';

/** Every schema that has a name in the OpenAPI document. */
export const components = z.registry<{ id: string }>();

/** Names a schema. Answers are described by it and not parsed with it: the types hold them. */
export function component<S extends z.ZodType>(id: string, schema: S): S {
  components.add(schema, { id });
  return schema;
}

export const instant = () => z.string().meta({ format: 'date-time' });
export const idText = (prefix: string, what: string) =>
  z.string().meta({ pattern: `^${prefix}_[0-9a-f-]{36}$`, description: what });
export const digestText = () => z.string().meta({ pattern: '^sha256:[0-9a-f]{64}$' });

/** A page of a list. */
export const pageOf = <S extends z.ZodType>(id: string, item: S) =>
  component(
    id,
    z.object({
      items: z.array(item),
      next: z.string().nullable().describe('The cursor of the next page; null at the end.'),
    }),
  );

/** What customers sign has schemas of its own, published under docs/schemas; here each has one name too. */
component('Terms', termsSchema);
component('Signature', signatureSchema);
component('TrustDocument', trustDocumentSchema);
component('ApprovalStatement', approvalSchema);
component('InvitationStatement', invitationSchema);
component('StopStatement', stopSchema);
component('LiftStatement', liftSchema);
component('PasskeyJwk', passkeyJwk);
component('RecoveryJwk', recoveryJwk);
