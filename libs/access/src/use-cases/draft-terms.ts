import {
  commit,
  normaliseScope,
  type Opening,
  type ScopeEntry,
  type Terms,
  termsDigest,
  toInstant,
} from '@countersign/scope';
import type { Person } from '../organisation/person.js';
import type { Deps } from './deps.js';

/** What an engineer asks for, before it has an id or terms. */
export interface AskInput {
  tenant: string;
  service: string;
  scope: ScopeEntry[];
  seconds: number;
  /** Empty where none was given: a refusal, not a malformed body. */
  justification: string;
  ticket: string | null;
}

export interface TermsDraft {
  terms: Terms;
  digest: string;
  /** By member name; the values stand beside the terms and can be erased. */
  openings: Record<string, Opening>;
}

const SALT_BYTES = 32;

/** Fixes an ask as terms v1 (CONTRACT §2): personal texts become salted commitments, the rest is plain. */
export function draftTerms(
  deps: Deps,
  input: AskInput,
  fixed: { requester: Person; routes: string; requestTtl: number; now: Date },
): TermsDraft {
  const openings: Record<string, Opening> = {};
  const committed = (name: string, value: string): string => {
    const salt = deps.random.bytes(SALT_BYTES);
    openings[name] = { value, salt: base64url(salt) };
    return commit(deps.hashing, name, salt, value);
  };
  const terms: Terms = {
    v: 1,
    deployment: deps.store.deployment,
    request: deps.ids.next('req'),
    basis: 'approval',
    tenant: input.tenant,
    service: input.service,
    routes: fixed.routes,
    scope: normaliseScope(input.scope),
    seconds: input.seconds,
    startsOn: 'approval',
    lapsesAt: toInstant(new Date(fixed.now.getTime() + fixed.requestTtl * 1000)),
    requester: fixed.requester.id,
    justification: committed('justification', input.justification.normalize('NFC')),
    ...(input.ticket === null ? {} : { ticket: committed('ticket', input.ticket.normalize('NFC')) }),
  };
  return { terms, digest: termsDigest(deps.hashing, terms), openings };
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
