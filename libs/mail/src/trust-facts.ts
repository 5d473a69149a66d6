import type { Notice, Person, ReadUnit } from '@countersign/access';
import type { TrustMailFacts } from './trust-mail.js';
import type { TrustMailKind } from './words/trust-words.js';

type Said = Partial<Pick<TrustMailFacts, 'fingerprint' | 'seq' | 'validUntil' | 'scope' | 'reason'>> & {
  /** A person's id, or `host`. */
  actor?: string | null;
};
/** Why no mail is sent: it would tell of what is over. */
type Skip = { skip: 'superseded' | 'nothing_to_tell' };
type Reader = (unit: ReadUnit, tenant: string, subject: string) => Promise<Said | Skip>;

const OVER: Skip = { skip: 'superseded' };

/** What each kind tells, read as it stands when the mail goes out. */
const READERS: Readonly<Record<TrustMailKind, Reader>> = {
  'trust.proposed': async ({ trust }, _tenant, id) => {
    const proposal = await trust.proposal(id);
    if (proposal?.state !== 'open') return OVER;
    const { by, hash, document } = proposal;
    return { actor: by, fingerprint: hash, seq: document.seq, validUntil: document.validUntil };
  },
  'trust.adopted': version,
  'trust.expiring': version,
  'trust.stopped': async ({ stops }, _tenant, hash) => {
    const stop = await stops.find(hash);
    if (stop === null || stop.liftedAt !== null) return OVER;
    return { actor: stop.person, scope: scopeOf(stop.digest) };
  },
  'trust.lifted': async ({ stops }, _tenant, hash) => {
    const stop = await stops.find(hash);
    return stop === null ? OVER : { actor: stop.liftedBy, scope: scopeOf(stop.digest) };
  },
  'trust.reset': async ({ trust }, tenant, id) => {
    const reset = await trust.openReset(tenant);
    return reset?.id === id ? { actor: 'host', reason: reset.reason } : OVER;
  },
  'trust.reset-cancelled': async () => ({}),
};

const scopeOf = (digest: string | null) => (digest === null ? 'everything' : 'oneGrant');

/** The version that is in force; of one that has had a successor nobody needs to hear. */
async function version({ trust }: ReadUnit, tenant: string, hash: string): Promise<Said | Skip> {
  const current = await trust.current(tenant);
  if (current?.hash !== hash) return OVER;
  const { seq, validUntil } = current.document;
  return { fingerprint: hash, seq, validUntil };
}

/** What a mail to this person tells of a notice about a tenant's trust. */
export async function trustFacts(
  unit: ReadUnit,
  { kind, tenant, subject, at }: Pick<Notice, 'tenant' | 'subject' | 'at'> & { kind: TrustMailKind },
  person: Person,
  publicUrl: string,
): Promise<TrustMailFacts | Skip> {
  const read = await READERS[kind](unit, tenant, subject);
  if ('skip' in read) return read;
  const { actor = null, ...said } = read;
  const by = actor === null || actor === 'host' ? null : await unit.organisation.person(actor);
  return {
    ...{ kind, at, fingerprint: null, seq: null, validUntil: null, scope: null, reason: null, ...said },
    by: by?.name ?? null,
    tenant: (await unit.organisation.tenant(tenant))?.name ?? tenant,
    // The vendor's staff have no page of a customer's trust, but the one of locks and gateways.
    link: `${publicUrl}/${person.tenant === null ? 'security' : 'trust'}`,
  };
}
