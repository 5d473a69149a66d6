import { LOCK_KINDS, type Lock } from '@countersign/access';
import { z } from 'zod';
import { component, idText, instant, pageOf } from '../openapi/components.js';

export const lockShape = component(
  'Lock',
  z.object({
    id: idText('lck', 'The lock.'),
    kind: z.enum(LOCK_KINDS),
    name: z.string().describe('A tenant’s slug, a person’s id, or a service’s name, by kind.'),
    tenant: z.string().nullable().describe('The one tenant that it binds; null: it binds all.'),
    side: z.enum(['vendor', 'customer']).describe('Who set it, and alone can lift it.'),
    reason: z.string(),
    expiresAt: instant().nullable(),
  }),
);

export const lockPage = pageOf('LockPage', lockShape);

export const lockAnswer = ({
  id,
  kind,
  name,
  tenant,
  side,
  reason,
  expiresAt,
}: Lock): z.infer<typeof lockShape> => ({
  id,
  kind,
  name,
  tenant,
  side,
  reason,
  expiresAt,
});
