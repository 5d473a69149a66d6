import {
  canonicalJson,
  decodeBase64url,
  encodeBase64url,
  MAX_PRESENCE_SECONDS,
  PRESENCE_TYPE,
  type PresenceStatement,
  parseSignature,
  type Signature,
  toInstant,
} from '@countersign/contract';
import type { Person } from '../../domain/person.js';
import { isActivePasskey } from '../../domain/trust/passkey.js';
import { parseInput } from '../../domain/validate-input.js';
import { AccessError } from '../../errors.js';
import type { PasskeysUnit, SignInAttempt, TenantUnit } from '../../ports/index.js';
import type { SigningDeps } from '../shared/deps.js';
import { hexDigest } from '../shared/secrets.js';
import { requireValidSignature, type SigningKey, signingKeysOf } from '../shared/verify-signature.js';

const NONCE_BYTES = 32;

type Attempts = Pick<PasskeysUnit, 'attempts'>;
type Purpose = PresenceStatement['purpose'];

/** What a person is to sign to prove that they hold their passkey now, and with which passkeys. */
export interface PresenceOffer {
  /** With the purpose `enrol` the signer adds `credential`. */
  statement: Omit<PresenceStatement, 'credential'>;
  credentials: string[];
  rpId: string;
  origins: string[];
}

/** Begins a ceremony of the person's passkey: its nonce counts once, for this session, for five minutes. */
export async function beginCeremonyIn(
  { clock, random, hashing }: SigningDeps,
  { attempts }: Attempts,
  person: Person,
  session: string,
  purpose: Purpose,
): Promise<SignInAttempt & { nonce: string }> {
  const nonce = encodeBase64url(random.bytes(NONCE_BYTES));
  const now = clock.now();
  const attempt: SignInAttempt = {
    hash: hexDigest(hashing, nonce),
    kind: 'passkey',
    person: person.id,
    browser: null,
    data: { session, purpose },
    misses: 0,
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + MAX_PRESENCE_SECONDS * 1_000).toISOString(),
  };
  await attempts.purge(attempt.createdAt);
  await attempts.insert(attempt);
  return { ...attempt, nonce };
}

/** Ends a ceremony. @throws AccessError `wrong_state` if this session did not begin it with this nonce, or too long ago */
export async function endCeremonyIn(
  { clock, hashing }: SigningDeps,
  { attempts }: Attempts,
  person: Person,
  session: string,
  purpose: Purpose,
  nonce: string,
): Promise<SignInAttempt & { nonce: string }> {
  const hash = hexDigest(hashing, nonce);
  const attempt = await attempts.find(hash);
  const isOurs =
    attempt?.kind === 'passkey' &&
    attempt.person === person.id &&
    attempt.data['session'] === session &&
    attempt.data['purpose'] === purpose;
  const isInTime = attempt !== null && clock.now().getTime() < Date.parse(attempt.expiresAt);
  if (!isOurs || !isInTime || !(await attempts.take(hash)))
    throw new AccessError('wrong_state', 'This was not begun here, or took too long. Begin again.');
  return { ...attempt, nonce };
}

/** The statement of a ceremony, without `credential`. */
const statementOf = (
  { store }: SigningDeps,
  { id, tenant }: Person,
  { nonce, createdAt, expiresAt, data }: SignInAttempt & { nonce: string },
): Omit<PresenceStatement, 'credential'> => ({
  type: PRESENCE_TYPE,
  deployment: store.deployment,
  tenant: tenant ?? '',
  person: id,
  purpose: data['purpose'] as Purpose,
  nonce,
  notBefore: toInstant(new Date(createdAt)),
  notAfter: toInstant(new Date(expiresAt)),
});

/**
 * The person's passkeys that count: those of the trust document in force or, while the tenant is unclaimed, the active ones
 * that they have enrolled, each where it was made.
 */
export async function presenceKeysOf(
  deps: SigningDeps,
  unit: Pick<TenantUnit, 'tenant' | 'trust' | 'authenticators'>,
  person: string,
): Promise<SigningKey[]> {
  if ((await unit.trust.current(unit.tenant)) !== null) return signingKeysOf(deps, unit, person);
  const now = deps.clock.now();
  const enrolled = await unit.authenticators.passkeys(unit.tenant);
  return enrolled
    .filter((passkey) => passkey.person === person && isActivePasskey(passkey, now))
    .map(({ id, jwk, rpId, clientDataJson }) => ({ id, jwk, rpId, origins: originsOf(clientDataJson) }));
}

/** The origin at which a passkey was made. It was verified at the enrolment. */
function originsOf(clientDataJson: string): string[] {
  const bytes = decodeBase64url(clientDataJson) ?? new Uint8Array();
  const { origin } = JSON.parse(new TextDecoder().decode(bytes)) as { origin?: unknown };
  return typeof origin === 'string' ? [origin] : [];
}

/** What the person signs with one of these keys; null if there are none. One signature can use one relying party. */
export function presenceOffer(
  deps: SigningDeps,
  person: Person,
  ceremony: SignInAttempt & { nonce: string },
  keys: readonly SigningKey[],
): PresenceOffer | null {
  const [first] = keys;
  if (first === undefined) return null;
  const { rpId, origins } = first;
  const credentials = keys.filter((key) => key.rpId === rpId).map(({ id }) => id);
  return { statement: statementOf(deps, person, ceremony), credentials, rpId, origins: [...origins] };
}

/**
 * Requires that one of these keys has signed the statement of this ceremony.
 *
 * @param input as received
 * @param credential the new passkey, for the purpose `enrol`
 * @throws AccessError `invalid_request`
 */
export function requirePresence(
  deps: SigningDeps,
  person: Person,
  ceremony: SignInAttempt & { nonce: string },
  keys: readonly SigningKey[],
  input: unknown,
  credential?: string,
): Signature {
  // The members of the two requests that carry such a signature.
  const pointer = credential === undefined ? '/countersignature' : '/consent';
  const signature = parseInput(pointer, () => parseSignature(input));
  const expected = {
    ...statementOf(deps, person, ceremony),
    ...(credential === undefined ? {} : { credential }),
  };
  if (canonicalJson(signature.statement) !== canonicalJson(expected))
    throw new AccessError('invalid_request', 'This is not the statement that was offered.', {
      pointer: `${pointer}/statement`,
    });
  const key = keys.find(({ id }) => id === signature.credential);
  if (key === undefined)
    throw new AccessError('invalid_request', 'This is not signed with a passkey of yours that counts.', {
      pointer: `${pointer}/credential`,
    });
  requireValidSignature(deps, signature, key, pointer);
  return signature;
}

/** The nonce that a received signature names, unverified; an empty text if it names none. */
export function nonceIn(input: unknown): string {
  const { statement } = (input ?? {}) as { statement?: { nonce?: unknown } };
  return typeof statement?.nonce === 'string' ? statement.nonce : '';
}
