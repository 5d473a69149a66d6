import { idleEnd, type Person, type Session, type SessionLimits } from '@countersign/access';
import { z } from 'zod';
import { component, idText, instant, pageOf } from '../openapi/components.js';

const entry = {
  id: idText('ses', 'The session.'),
  kind: z.enum(['web', 'cli']).describe('A browser, or a command line that a browser let in.'),
  device: z.string().describe('What the device called itself.'),
  assurance: z.enum(['mail-code', 'oidc', 'passkey']).describe('How its person signed in.'),
  createdAt: instant(),
  idleExpiresAt: instant()
    .nullable()
    .describe('Over then unless it is used; null where only `expiresAt` counts.'),
  expiresAt: instant(),
};

export const sessionShape = component(
  'Session',
  z.object({
    ...entry,
    person: z.object({
      id: idText('usr', 'Who is signed in.'),
      name: z.string(),
      email: z.string(),
      tenant: z.string().nullable(),
      side: z.enum(['vendor', 'customer']),
      roles: z.array(z.string()),
    }),
  }),
);

const ownSession = component(
  'OwnSession',
  z.object({ ...entry, lastUsedAt: instant(), current: z.boolean().describe('The one that asks.') }),
);
export const sessionPage = pageOf('OwnSessionPage', ownSession);

function entryOf(session: Session, limits: SessionLimits) {
  const { id, kind, device, assurance, createdAt, expiresAt } = session;
  const idle = idleEnd(session, limits);
  return {
    id,
    kind,
    device,
    assurance,
    createdAt,
    idleExpiresAt: idle === null || idle < expiresAt ? idle : expiresAt,
    expiresAt,
  };
}

export function sessionAnswer(session: Session, person: Person, limits: SessionLimits) {
  const { id, name, email, tenant, roles } = person;
  const side = tenant === null ? 'vendor' : 'customer';
  return { ...entryOf(session, limits), person: { id, name, email, tenant, side, roles } };
}

export const ownSessionAnswer = (session: Session, current: string | undefined, limits: SessionLimits) => ({
  ...entryOf(session, limits),
  lastUsedAt: session.seenAt,
  current: session.id === current,
});
