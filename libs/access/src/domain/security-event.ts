/** An event that ends a person's access, by its short name. */
export type EndingEvent = 'session-revoked' | 'credential-change' | 'account-disabled' | 'account-purged';

/** Where a member of a SET is wrong. `pointer` is a JSON Pointer (RFC 6901) into its claims. */
interface ClaimProblem {
  pointer: string;
  detail: string;
}

type Members = Readonly<Record<string, unknown>>;

const text = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** What a payload needs besides what every event may have. */
const noMore = (): string | undefined => undefined;
const credentialMembers = ({ credential_type: type, change_type: change }: Members): string | undefined => {
  if (!text(type)) return 'credential_type';
  return text(change) ? undefined : 'change_type';
};

/**
 * The event types that this receiver acts on: CAEP 1.0 §3.1 and §3.3, and RISC 1.0 §2.1 and §2.3. Each has the members
 * that its definition requires. A SET with other types is accepted and has no effect.
 */
const ENDING_EVENTS: Readonly<
  Record<string, { name: EndingEvent; missingMember: (payload: Members) => string | undefined }>
> = {
  'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {
    name: 'session-revoked',
    missingMember: noMore,
  },
  'https://schemas.openid.net/secevent/caep/event-type/credential-change': {
    name: 'credential-change',
    missingMember: credentialMembers,
  },
  'https://schemas.openid.net/secevent/risc/event-type/account-disabled': {
    name: 'account-disabled',
    missingMember: noMore,
  },
  'https://schemas.openid.net/secevent/risc/event-type/account-purged': {
    name: 'account-purged',
    missingMember: noMore,
  },
};

/** How a provider names a person (RFC 9493). */
export type SubjectIdentifier = { issuer: string; subject: string } | { email: string };

/** A verified security event: what happened to whom. */
export interface SecurityEvent {
  /** Unique for its issuer. */
  jti: string;
  /** Empty if nothing here concerns this receiver. */
  events: EndingEvent[];
  /** Empty if the subject is named in a way that identifies no one here. */
  subjects: SubjectIdentifier[];
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Enough for every issuer; what is longer would only fill the replay memory. */
const MAX_JTI_LENGTH = 512;
const MAX_ALIASES = 20;

/**
 * Reads the claims of a SET (RFC 8417 §2.2, profiled by SSF 1.0 §4). The caller has verified signature, issuer and
 * audience.
 */
export function readSecurityEvent(claims: Members): SecurityEvent | ClaimProblem {
  const { jti, events, sub_id: subject } = claims;
  if (!text(jti) || jti.length > MAX_JTI_LENGTH)
    return wrong('/jti', `is text of 1 to ${MAX_JTI_LENGTH} characters`);
  // SSF 1.0 §4.1: a SET is neither an ID token nor an access token, and must not pass for one.
  for (const name of ['sub', 'exp'])
    if (claims[name] !== undefined) return wrong(`/${name}`, 'is not part of a security event (SSF 1.0)');
  if (!isObject(events) || Object.keys(events).length === 0)
    return wrong('/events', 'names at least one event, each with its payload');
  const ending: EndingEvent[] = [];
  for (const [type, payload] of Object.entries(events)) {
    const pointer = `/events/${type.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!isObject(payload)) return wrong(pointer, 'is an object');
    if (payload['event_timestamp'] !== undefined && typeof payload['event_timestamp'] !== 'number')
      return wrong(`${pointer}/event_timestamp`, 'is a number of seconds');
    const known = Object.hasOwn(ENDING_EVENTS, type) ? ENDING_EVENTS[type] : undefined;
    if (known === undefined) continue;
    const missing = known.missingMember(payload);
    if (missing !== undefined) return wrong(`${pointer}/${missing}`, 'is required');
    ending.push(known.name);
  }
  if (ending.length === 0 && subject === undefined) return { jti, events: [], subjects: [] };
  const subjects = readSubject(subject);
  return subjects === undefined
    ? wrong('/sub_id', 'is a subject identifier (RFC 9493)')
    : { jti, events: ending, subjects };
}

/** Tells a problem from an event. */
export const isClaimProblem = (read: SecurityEvent | ClaimProblem): read is ClaimProblem => 'pointer' in read;

const wrong = (pointer: string, detail: string): ClaimProblem => ({ pointer, detail });

/**
 * The persons that a subject identifier may name: `iss_sub`, `email`, `aliases` of these, and the `user` of a complex
 * subject (SSF 1.0 §3). Other formats name no one here.
 *
 * @returns undefined if it is malformed
 */
function readSubject(subject: unknown): SubjectIdentifier[] | undefined {
  if (!isObject(subject)) return undefined;
  const { format } = subject;
  if (format === 'complex') return subject['user'] === undefined ? [] : readSubject(subject['user']);
  if (format !== 'aliases') return readSimpleSubject(subject);
  const { identifiers } = subject;
  if (!Array.isArray(identifiers) || identifiers.length === 0 || identifiers.length > MAX_ALIASES)
    return undefined;
  const found: SubjectIdentifier[] = [];
  for (const each of identifiers) {
    const read = isObject(each) ? readSimpleSubject(each) : undefined;
    if (read === undefined) return undefined;
    found.push(...read);
  }
  return found;
}

function readSimpleSubject(subject: Members): SubjectIdentifier[] | undefined {
  const { format, iss, sub, email } = subject;
  if (!text(format)) return undefined;
  switch (format) {
    case 'iss_sub':
      return text(iss) && text(sub) ? [{ issuer: iss, subject: sub }] : undefined;
    case 'email':
      return text(email) ? [{ email }] : undefined;
    default:
      return [];
  }
}
