import type { Assurance } from '@countersign/contract';
import type { Person, Principal } from '../../domain/person.js';
import { pushSubscriptionEnd } from '../../domain/push-subscription.js';
import { AccessError, notFound } from '../../errors.js';
import type { Session, SessionsUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { hexDigest, randomText } from '../shared/secrets.js';

/** How long sessions last, in seconds: unused, and in total. A session of the command line has no idle limit. */
export interface SessionLimits {
  idle: number;
  absolute: number;
}

const SECRET_BYTES = 32;
const MAX_DEVICE_LENGTH = 120;
/** The last use is stored at most this often: a page that polls each second writes once a minute. */
const SEEN_INTERVAL_MS = 60_000;
/** A session is deleted this long after its end. The log keeps its events. */
const KEPT_MS = 24 * 3_600_000;

/** The facts of a new session. */
export interface SessionDraft {
  person: Person;
  assurance: Assurance;
  device: string;
  /** The browser's time zone, an IANA name; absent if it does not say. */
  zone?: string;
  /** When the person proved who they are; absent if that is unknown, as after a provider's single sign-on. */
  authenticatedAt?: string;
  /** The web session that authorized a command line; null for a web session. */
  parent: string | null;
  /**
   * The session that the browser held before. It ends, so that no session can be fixated. It has to be the same person's:
   * otherwise a forged sign-in would end it silently and sign the browser in as the forger (login CSRF).
   */
  replaces: string | null;
}

/** A new session; `secret` is shown this once and never stored. */
export interface StartedSession {
  session: Session;
  secret: string;
}

/**
 * Starts a session inside a unit of work, with a new secret.
 *
 * @throws AccessError `other_person` if the browser holds an active session of someone else
 */
export async function startSessionIn(
  deps: Deps,
  unit: SessionsUnit,
  draft: SessionDraft,
  limits: SessionLimits,
): Promise<StartedSession> {
  const now = deps.clock.now();
  const at = now.toISOString();
  const replaced = draft.replaces === null ? null : await unit.sessions.find(draft.replaces);
  if (replaced !== null && replaced.endedAt === null && replaced.person !== draft.person.id)
    throw new AccessError('other_person');
  if (draft.zone !== undefined) await unit.sessions.noteZone(draft.person.id, draft.zone);
  const secret = randomText(deps.random, SECRET_BYTES);
  const session: Session = {
    id: deps.ids.next('ses'),
    hash: hexDigest(deps.hashing, secret),
    person: draft.person.id,
    kind: draft.parent === null ? 'web' : 'cli',
    assurance: draft.assurance,
    device: [...draft.device.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')].slice(0, MAX_DEVICE_LENGTH).join(''),
    parent: draft.parent,
    authenticatedAt: draft.authenticatedAt ?? null,
    createdAt: at,
    seenAt: at,
    expiresAt: new Date(now.getTime() + limits.absolute * 1000).toISOString(),
    endedAt: null,
  };
  await unit.sessions.purge(new Date(now.getTime() - KEPT_MS).toISOString());
  if (replaced !== null) {
    // The browser stays the same, so its person goes on being notified in it.
    await unit.pushSubscriptions.followSession(replaced.id, session.id, pushSubscriptionEnd(now));
    await endIn(deps, unit, replaced.id);
  }
  await unit.sessions.insert(session);
  const { id, person, kind, assurance } = session;
  const log = await unit.logOf(draft.person.tenant);
  await log.append({
    type: 'session.started',
    at,
    actor: person,
    data: { session: id, person, kind, assurance, expiresAt: session.expiresAt },
  });
  return { session, secret };
}

/** When an unused session ends; null for a session without an idle limit. */
export function idleEnd({ kind, seenAt }: Session, { idle }: SessionLimits): string | null {
  return kind === 'cli' ? null : new Date(Date.parse(seenAt) + idle * 1000).toISOString();
}

/** Whether the session is neither ended nor over its limits. */
export function isActiveSession(session: Session, limits: SessionLimits, now: Date): boolean {
  const idle = idleEnd(session, limits);
  return (
    session.endedAt === null &&
    now.getTime() < Date.parse(session.expiresAt) &&
    (idle === null || now.getTime() < Date.parse(idle))
  );
}

/**
 * The principal of a presented session secret; null if the session is unknown or over, or its person removed.
 *
 * @param use false to only check the session; that does not extend it
 */
export async function authenticateSession(
  deps: Deps,
  secret: string,
  kind: Session['kind'],
  limits: SessionLimits,
  use: boolean,
): Promise<{ principal: Principal; session: Session } | null> {
  const hash = hexDigest(deps.hashing, secret);
  const found = await deps.store.sessions.read((unit) => unit.sessions.findByHash(hash));
  if (found === null) return null;
  const { session, person } = found;
  const now = deps.clock.now();
  if (session.kind !== kind || !isActiveSession(session, limits, now) || person.removedAt !== null)
    return null;
  const principal: Principal = {
    person,
    channel: kind === 'web' ? 'web' : 'api',
    assurance: session.assurance,
    ...(session.authenticatedAt === null ? {} : { authenticatedAt: session.authenticatedAt }),
  };
  if (!use || now.getTime() - Date.parse(session.seenAt) < SEEN_INTERVAL_MS) return { principal, session };
  const seenAt = now.toISOString();
  // Best effort: if this write fails, the next use writes it, and the request goes on.
  const isStored = await deps.store.sessionUse
    .write((unit) => unit.sessions.touch(session.id, seenAt))
    .then(
      () => true,
      () => false,
    );
  return { principal, session: isStored ? { ...session, seenAt } : session };
}

/** The person's own active sessions, newest first. */
export async function listSessions(
  deps: Deps,
  { person }: Principal,
  limits: SessionLimits,
): Promise<Session[]> {
  const now = deps.clock.now();
  const sessions = await deps.store.sessions.read((unit) =>
    unit.sessions.ofPerson(person.id, now.toISOString()),
  );
  return sessions.filter((session) => isActiveSession(session, limits, now));
}

/** Ends one of the person's own sessions, and the sessions that it authorized. @throws AccessError `not_found` */
export function endSession(deps: Deps, { person }: Principal, id: string): Promise<void> {
  return deps.store.sessions.write(async (unit) => {
    const session = await unit.sessions.find(id);
    if (session?.person !== person.id || !(await endIn(deps, unit, id))) throw notFound('session');
  });
}

async function endIn(deps: Deps, unit: SessionsUnit, id: string): Promise<boolean> {
  const at = deps.clock.now().toISOString();
  const session = await unit.sessions.find(id);
  if (session === null || !(await unit.sessions.end(id, at))) return false;
  const person = await unit.organisation.person(session.person);
  const log = await unit.logOf(person?.tenant ?? null);
  await log.append({
    type: 'session.ended',
    at,
    actor: session.person,
    data: { session: id, person: session.person },
  });
  return true;
}
