import type { AccessRecord, AccessRequestDetail, Event, Grant, Review } from '@countersign/api';
import {
  canonicalJson,
  type Hashing,
  OUTCOME_MEMBERS,
  openCommitment,
  type Terms,
  termsDigest,
} from '@countersign/contract';

/** What a receipt shows. */
export interface Shown {
  grant: Grant;
  request: AccessRequestDetail;
  records: readonly AccessRecord[];
}

/** What the receipt shows otherwise than the log has it. */
export interface Mismatch {
  what:
    | 'call'
    | 'call_hidden'
    | 'call_added'
    | 'window'
    | 'end'
    | 'review'
    | 'review_added'
    | 'terms'
    | 'reason';
  /** The leaf that says otherwise; null if there is none. */
  index: number | null;
}

/** Members of an access record that its leaf has under the same name. */
const CALL = [
  'action',
  'boot',
  'digest',
  'gateway',
  'grant',
  'masked',
  'method',
  'mode',
  'request',
  'resource',
  'route',
] as const;
const MORE = ['service', 'trust'] as const;
/** `maskedFields` is compared by itself. */
const OUTCOME = OUTCOME_MEMBERS.filter((name) => name !== 'maskedFields');

/** Compares a receipt with the leaves of its grant and request. @returns the first difference; null if there is none */
export function compareReceipt(hashing: Hashing, shown: Shown, leaves: readonly Event[]): Mismatch | null {
  return (
    compareCalls(shown.records, leaves) ??
    compareGrant(shown.grant, leaves) ??
    compareReviews(shown.request.reviews, leaves) ??
    compareTerms(hashing, shown)
  );
}

const isSame = (one: unknown, other: unknown): boolean => (one ?? null) === (other ?? null);

function compareCalls(records: readonly AccessRecord[], leaves: readonly Event[]): Mismatch | null {
  const recordsById = new Map(records.map((record) => [record.id, record]));
  const logged = new Set<unknown>();
  for (const { type, index, at, data } of leaves) {
    if (type !== 'access.allowed' && type !== 'access.refused' && type !== 'access.outcome') continue;
    const record = recordsById.get(String(data['record']));
    if (record === undefined) return { what: 'call_hidden', index };
    if (type === 'access.outcome') {
      // The record of a masked call has 0 where a gateway died before it knew the number.
      const isMasked = isSame(record.maskedFields || null, data['maskedFields'] || null);
      if (!isMasked || OUTCOME.some((name) => !isSame(record[name], data[name])))
        return { what: 'call', index };
      continue;
    }
    logged.add(record.id);
    const isRefused = type === 'access.refused';
    const differs =
      [...CALL, ...MORE].some((name) => !isSame(record[name], data[name])) ||
      record.person !== data['requester'] ||
      Date.parse(record.at) !== Date.parse(at) ||
      record.decision !== (isRefused ? 'refused' : 'allowed') ||
      ('outcome' in data && !isSame(record.outcome, data['outcome'])) ||
      (isRefused && (!isSame(record.code, data['code']) || !isSame(record.count, data['count'])));
    if (differs) return { what: 'call', index };
  }
  return records.every(({ id }) => logged.has(id)) ? null : { what: 'call_added', index: null };
}

function compareGrant(grant: Grant, leaves: readonly Event[]): Mismatch | null {
  const own = leaves.filter(({ data }) => data['grant'] === grant.id);
  const started = own.find(({ type }) => type === 'grant.started');
  // Access that ended before it began has no start in the log, only its planned window. If a call passed, the log must have the start.
  const planned = own.find(({ type }) => type === 'grant.scheduled');
  const wasUsed = leaves.some(({ type }) => type === 'access.allowed');
  const logged = started ?? (grant.state === 'ended' && !wasUsed ? planned : undefined);
  if (grant.startsAt !== null && logged === undefined && grant.state !== 'scheduled')
    return { what: 'window', index: null };
  const { data } = logged ?? { data: null };
  const isWindow =
    data === null ||
    (isSame(data['startsAt'], grant.startsAt) &&
      isSame(data['endsAt'], grant.endsAt) &&
      data['digest'] === grant.digest &&
      data['requester'] === grant.requester);
  if (!isWindow) return { what: 'window', index: logged?.index ?? null };
  const ended = own.find(({ type }) => type === 'grant.ended');
  const isEnd =
    ended === undefined
      ? grant.state !== 'ended'
      : ended.data['reason'] === grant.endReason && Date.parse(ended.at) === Date.parse(grant.endedAt ?? '');
  return isEnd ? null : { what: 'end', index: ended?.index ?? null };
}

function compareReviews(reviews: readonly Review[], leaves: readonly Event[]): Mismatch | null {
  const logged = new Map(
    leaves.filter(({ type }) => type === 'request.reviewed').map((leaf) => [leaf.data['review'], leaf]),
  );
  for (const review of reviews) {
    const leaf = logged.get(review.id);
    if (leaf === undefined) return { what: 'review_added', index: null };
    const { data, actor, index } = leaf;
    const members = ['decision', 'digest', 'side', 'channel', 'assurance'] as const;
    const differs = members.some((name) => review[name] !== data[name]) || actor !== review.person;
    if (differs) return { what: 'review', index };
  }
  return null;
}

/** The terms that are shown have the digest that was granted, and commit to the reason and the ticket that are shown. */
function compareTerms(hashing: Hashing, { grant, request }: Shown): Mismatch | null {
  const terms = request.terms as unknown as Terms;
  const isGranted =
    termsDigest(hashing, terms) === grant.digest &&
    canonicalJson(terms.scope) === canonicalJson(grant.scope) &&
    terms.unmasked === grant.unmasked &&
    terms.requester === grant.requester;
  if (!isGranted) return { what: 'terms', index: null };
  for (const name of ['justification', 'ticket'] as const) {
    const value = request[name];
    if (value === null) continue;
    const opening = request.openings[name];
    const isOpened =
      opening !== undefined &&
      opening.value === value &&
      openCommitment(hashing, name, opening, terms[name] ?? '');
    if (!isOpened) return { what: 'reason', index: null };
  }
  return null;
}
