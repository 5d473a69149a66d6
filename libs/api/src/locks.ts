import { LOCK_KINDS, LOCKABLE_KINDS, SIDES } from '@countersign/contract';
import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { durationText, idText, instant, pageQuery, requiredReason } from './members.js';

export const lockSchema = named(
  'Lock',
  'A lock in force, or one that was lifted just now.',
  z.object({
    id: idText('lck', 'The lock.'),
    kind: z.enum(LOCK_KINDS),
    name: z.string().describe('A tenant’s slug, a person’s id, a service’s name, or a grant’s id, by kind.'),
    tenant: z.string().nullable().describe('The one tenant that it binds; null: it binds all.'),
    side: z.enum(SIDES).describe('Who set it. Only this side can lift it.'),
    reason: z
      .string()
      .nullable()
      .describe('Why. Null for a customer if the vendor has set the lock: the reason stays with its side.'),
    expiresAt: instant().nullable(),
  }),
);
export type Lock = z.infer<typeof lockSchema>;

const lockPageSchema = pageOf('LockPage', lockSchema);
const lockListQuery = z.strictObject({ ...pageQuery });
export type LockListQuery = z.infer<typeof lockListQuery>;

const lockBodySchema = named(
  'LockBody',
  'What to lock, why, and for how long.',
  z.strictObject({
    kind: z.enum(LOCKABLE_KINDS),
    name: z
      .string()
      .min(1)
      .max(320)
      .describe('A tenant’s slug; a person’s id or vendor e-mail; a service’s name.'),
    reason: requiredReason.describe('Why. The log has a commitment to it.'),
    duration: durationText.exactOptional().describe('How long; if absent, until it is lifted.'),
  }),
);
export type LockBody = z.infer<typeof lockBodySchema>;

export const lockEndpoints = {
  create: endpoint({
    route: 'POST /api/v1/locks',
    callers: { people: 'lock.set' },
    summary: 'Lock a tenant, a person or a service',
    description:
      'While it is in force, nothing that it blocks can be requested, reviewed, started or given a token, and every connected gateway refuses its calls within a second. A tenant’s own lock of any kind binds only that tenant.',
    body: { schema: lockBodySchema },
    idempotent: true,
    answer: { status: 201, description: 'The lock, in force.', schema: lockSchema },
    errors: ['not_found'],
  }),
  list: endpoint({
    route: 'GET /api/v1/locks',
    callers: { people: 'lock.read' },
    summary: 'List locks in force',
    description:
      'Newest first. A customer’s people see the locks that bind their tenant, including those for all.',
    query: lockListQuery,
    answer: { status: 200, description: 'A page of locks.', schema: lockPageSchema },
    errors: ['invalid_cursor'],
  }),
  lift: endpoint({
    route: 'DELETE /api/v1/locks/{id}',
    callers: { people: 'lock.lift' },
    summary: 'Lift a lock',
    description:
      'Only the side that set a lock can lift it. The lock of a grant is lifted by `POST /api/v1/grants/{id}/resumption`.',
    answer: { status: 200, description: 'The lock, lifted.', schema: lockSchema },
    errors: ['not_found', 'conflict'],
  }),
};
