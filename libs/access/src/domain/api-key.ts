import { API_KEY_DAYS, type ApiKeyState } from '@countersign/contract';
import { AccessError } from '../errors.js';

/** An API key. Only the SHA-256 (hex) of its secret is stored. */
export interface ApiKey {
  id: string;
  hash: string;
  person: string;
  tenant: string | null;
  createdAt: string;
  expiresAt: string;
  revokedAt: string | null;
  /** When its person last signed in at their organisation's provider; null if they have not since it was made. */
  signedInAt: string | null;
}

const DAY_MS = 86_400_000;
/** How long a key works without a sign-in of its person, if their side has a provider. */
const SIGN_IN_DAYS = 30;

/** When the key falls asleep unless its person signs in; its creation counts like a sign-in. */
export function signInBy({ createdAt, signedInAt }: Pick<ApiKey, 'createdAt' | 'signedInAt'>): string {
  return new Date(Date.parse(signedInAt ?? createdAt) + SIGN_IN_DAYS * DAY_MS).toISOString();
}

/** @param hasProvider whether the person's side signs in at an OpenID provider */
export function apiKeyState(key: ApiKey, hasProvider: boolean, now: Date): ApiKeyState {
  if (key.revokedAt !== null) return 'revoked';
  if (now.getTime() >= Date.parse(key.expiresAt)) return 'expired';
  return hasProvider && now.getTime() >= Date.parse(signInBy(key)) ? 'asleep' : 'valid';
}

/** @throws AccessError `invalid_request` for a lifetime that no key may have */
export function requireKeyLifetime(seconds: number): void {
  if (seconds <= 0 || seconds > API_KEY_DAYS.longest * 86_400)
    throw new AccessError('invalid_request', `An API key lives at most ${API_KEY_DAYS.longest} days.`, {
      pointer: '/ttl',
    });
}
