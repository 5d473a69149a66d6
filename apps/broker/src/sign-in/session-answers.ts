import { idleEnd, type Person, type Session, type SessionLimits } from '@countersign/access';
import type { OwnSession, Session as SessionAnswer } from '@countersign/api';

function entryOf(session: Session, limits: SessionLimits) {
  const { id, kind, device, assurance, createdAt, expiresAt } = session;
  const idle = idleEnd(session, limits);
  return {
    id,
    kind,
    device,
    // A session is opened with one of these three only.
    assurance: assurance as SessionAnswer['assurance'],
    createdAt,
    idleExpiresAt: idle === null || idle < expiresAt ? idle : expiresAt,
    expiresAt,
  };
}

export function sessionAnswer(session: Session, person: Person, limits: SessionLimits): SessionAnswer {
  const { id, name, email, tenant, roles } = person;
  const side = tenant === null ? 'vendor' : 'customer';
  return { ...entryOf(session, limits), person: { id, name, email, tenant, side, roles } };
}

/** @param current the id of the session of this call; undefined for an API key */
export const ownSessionAnswer = (
  session: Session,
  current: string | undefined,
  limits: SessionLimits,
): OwnSession => ({
  ...entryOf(session, limits),
  lastUsedAt: session.seenAt,
  current: session.id === current,
});
