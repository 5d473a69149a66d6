import type { Person } from '../../domain/person.js';
import type { EndingEvent, SecurityEvent, SubjectIdentifier } from '../../domain/security-event.js';
import type { VendorUnit } from '../../ports/index.js';
import { changePeople, voidReviews, withdrawInvitations } from '../organisation/change-person.js';
import { endAccessIn } from '../organisation/end-access.js';
import { findMemberByEmail } from '../sessions/sign-in.js';
import type { Deps } from '../shared/deps.js';
import { hexDigest } from '../shared/secrets.js';

/** A transmitter may send events this late: it repeats what a receiver did not acknowledge (RFC 8935 §2). Seconds. */
export const SIGNAL_MAX_AGE = 7 * 86_400;
/** How far a transmitter's clock may be ahead. Seconds. */
export const SIGNAL_MAX_SKEW = 60;

/** Received events are remembered for longer than they are accepted, so that no one can replay one. Milliseconds. */
const REMEMBERED_MS = (SIGNAL_MAX_AGE + 3600) * 1000;

/** A verified event from the provider of one side; `tenant` is null for the vendor. */
interface ReceivedSignal {
  tenant: string | null;
  issuer: string;
  event: SecurityEvent;
}

/** What came of an event. A transmitter gets the same answer for each of them. */
type SignalOutcome =
  | { kind: 'ended'; persons: string[] }
  /** It was received before, and nothing happens twice. */
  | { kind: 'repeated' }
  /** It names no person of this side, or nothing that ends access. */
  | { kind: 'no_effect' };

/** The events after which the person's earlier decisions and invitations do not count either. */
const ACCOUNT_IS_GONE: ReadonlySet<EndingEvent> = new Set(['account-disabled', 'account-purged']);

/**
 * The provider of one side reports that a person's session, credential or account has changed. Everything that lets the
 * person in ends in this unit of work: once the transmitter has its answer, it is done. A provider reaches people of its own
 * side only.
 */
export function receiveSignal(deps: Deps, signal: ReceivedSignal): Promise<SignalOutcome> {
  const { tenant, issuer, event } = signal;
  return changePeople(deps, async (unit): Promise<SignalOutcome> => {
    const now = deps.clock.now();
    const hash = hexDigest(deps.hashing, JSON.stringify([tenant, issuer, event.jti]));
    await unit.signals.purge(new Date(now.getTime() - REMEMBERED_MS).toISOString());
    if (!(await unit.signals.remember(hash, now.toISOString()))) return { kind: 'repeated' };
    if (event.events.length === 0) return { kind: 'no_effect' };
    const persons = await findSubjects(unit, tenant, event.subjects);
    for (const person of persons) await endIn(unit, person, signal, now.toISOString());
    return persons.length === 0
      ? { kind: 'no_effect' }
      : { kind: 'ended', persons: persons.map(({ id }) => id) };
  });
}

/** People of this side whom the identifiers name, each once: by their pinned identity, or by their address. */
async function findSubjects(
  unit: VendorUnit,
  tenant: string | null,
  subjects: readonly SubjectIdentifier[],
): Promise<Person[]> {
  const found = new Map<string, Person>();
  for (const each of subjects) {
    const person =
      'email' in each
        ? await findMemberByEmail(unit, tenant, each.email)
        : await findByIdentity(unit, tenant, each);
    if (person !== null) found.set(person.id, person);
  }
  return [...found.values()];
}

async function findByIdentity(
  unit: VendorUnit,
  tenant: string | null,
  { issuer, subject }: { issuer: string; subject: string },
): Promise<Person | null> {
  const pinned = await unit.identities.find(tenant, issuer, subject);
  const person = pinned === null ? null : await unit.organisation.person(pinned.person);
  return person?.tenant === tenant ? person : null;
}

async function endIn(
  unit: VendorUnit,
  person: Person,
  { tenant, issuer, event }: ReceivedSignal,
  at: string,
): Promise<void> {
  const log = await unit.logOf(tenant);
  await log.append({
    type: 'signal.received',
    at,
    actor: 'job',
    data: { person: person.id, events: event.events, issuer },
  });
  const by = { actor: 'job', at };
  await endAccessIn(unit, person, by);
  if (!event.events.some((name) => ACCOUNT_IS_GONE.has(name))) return;
  await voidReviews(unit, person, null, by);
  await withdrawInvitations(unit, person, null, by);
}
