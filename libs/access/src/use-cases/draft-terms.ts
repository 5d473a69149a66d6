import {
  type Budget,
  type Change,
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
  /** Not before this instant, whole seconds; absent: as soon as it is approved. */
  startsAt?: string;
  startsOn?: 'approval' | 'first-use';
  /** Needed with `first-use`: unused by then, it is gone. */
  useBy?: string;
  budget?: Budget;
  /** The one call that is asked for. */
  change?: Change;
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
  fixed: { requester: Person; routes: string; requestTtl: number; now: Date; extends?: string },
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
    ...(fixed.extends === undefined ? {} : { extends: fixed.extends }),
    basis: 'approval',
    tenant: input.tenant,
    service: input.service,
    routes: fixed.routes,
    scope: normaliseScope(input.scope),
    seconds: input.seconds,
    startsOn: input.startsOn ?? 'approval',
    ...(input.startsAt === undefined ? {} : { startsAt: input.startsAt }),
    ...(input.useBy === undefined ? {} : { useBy: input.useBy }),
    lapsesAt: lapsesAt(input, fixed),
    ...(input.budget === undefined ? {} : { budget: input.budget }),
    ...(input.change === undefined ? {} : { change: input.change }),
    requester: fixed.requester.id,
    justification: committed('justification', input.justification.normalize('NFC')),
    ...(input.ticket === null ? {} : { ticket: committed('ticket', input.ticket.normalize('NFC')) }),
  };
  return { terms, digest: termsDigest(deps.hashing, terms), openings };
}

/** Nobody may decide later than this: when the ask is old, when its use is over, when its window is over. */
function lapsesAt(input: AskInput, { now, requestTtl }: { now: Date; requestTtl: number }): string {
  const bounds = [now.getTime() + requestTtl * 1000];
  if (input.useBy !== undefined) bounds.push(Date.parse(input.useBy));
  if (input.startsAt !== undefined) bounds.push(Date.parse(input.startsAt) + input.seconds * 1000);
  return toInstant(new Date(Math.min(...bounds)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
