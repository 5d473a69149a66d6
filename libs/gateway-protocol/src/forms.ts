/**
 * Broker and gateway say in each request and answer which version they are, and which forms of their messages they read or write
 * (decision 70). Every message is read strictly, so that a new member, event or kind of record is a new form.
 *
 * This is the one message that is not read strictly: it has to be understood by every version. Unknown kinds are ignored.
 */

export const VERSION_HEADER = 'countersign-version';
export const FORMS_HEADER = 'countersign-forms';

/** The oldest and the newest form of a kind of message that a program reads, or writes. */
export type FormRange = { oldest: number; newest: number };

/** By the kind of message. */
export type Forms = Readonly<Record<string, FormRange>>;

export type Announcement = { version: string; forms: Forms };

const ONE: FormRange = { oldest: 1, newest: 1 };

/**
 * What this version reads and writes.
 *
 * - `feed`: events of the feed, with the route maps in them. Brokers write it.
 * - `token`: grant tokens with the terms and countersignatures in them. Brokers mint them, gateways verify them.
 * - `records`: batches of records. Gateways write them.
 * - `requests`: everything else that gateways send: identity, leases, pins, heads, stops, sessions of browsers.
 */
export const FORMS = { feed: ONE, token: ONE, records: ONE, requests: ONE } satisfies Forms;

/** What is assumed of a program from before announcements. */
export const UNANNOUNCED: Forms = { feed: ONE, token: ONE, records: ONE, requests: ONE };

/** `feed=1, records=1-3`. */
export const formatForms = (forms: Forms): string =>
  Object.entries(forms)
    .map(([kind, { oldest, newest }]) => `${kind}=${oldest}${newest === oldest ? '' : `-${newest}`}`)
    .join(', ');

const KIND = /^([a-z][a-z-]{0,30})=([1-9][0-9]{0,5})(?:-([1-9][0-9]{0,5}))?$/;
/** Semantic versioning. The text becomes the label of a metric. */
const VERSION = /^[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}(?:-[0-9A-Za-z.-]{1,32})?$/;
const MOST_KINDS = 32;

/** Parses the list. Entries that this version does not understand are left out. */
export function parseForms(text: string): Forms {
  const forms: Record<string, FormRange> = {};
  for (const entry of text.split(',').slice(0, MOST_KINDS)) {
    const [, kind, oldest, newest] = KIND.exec(entry.trim()) ?? [];
    if (kind === undefined) continue;
    const range = { oldest: Number(oldest), newest: Number(newest ?? oldest) };
    if (range.oldest <= range.newest) forms[kind] = range;
  }
  return forms;
}

/** The two header fields of an announcement. */
export const announcementHeaders = ({ version, forms }: Announcement): Record<string, string> => ({
  [VERSION_HEADER]: version,
  [FORMS_HEADER]: formatForms(forms),
});

/** What the other side announces; undefined if it announces nothing. @param headers names in lower case */
export function readAnnouncement(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Announcement | undefined {
  const version = headers[VERSION_HEADER];
  const forms = headers[FORMS_HEADER];
  if (typeof version !== 'string' || typeof forms !== 'string' || !VERSION.test(version)) return undefined;
  return { version, forms: parseForms(forms) };
}

/** A kind of message of which the two sides have no form in common. */
export type Skew = { kind: string; own: FormRange; other: FormRange };

/** Undefined if the two sides can work together. A kind that only one of them knows does not count. */
export function findSkew(own: Forms, other: Forms): Skew | undefined {
  for (const [kind, mine] of Object.entries(own)) {
    const theirs = other[kind];
    if (theirs !== undefined && (mine.newest < theirs.oldest || theirs.newest < mine.oldest))
      return { kind, own: mine, other: theirs };
  }
  return undefined;
}

type Side = 'broker' | 'gateway';

/** What does not fit, and which side to update. @param versions of both sides; null if one is not known */
export function describeSkew(
  { kind, own, other }: Skew,
  self: Side,
  versions: Readonly<Record<Side, string | null>>,
): string {
  const peer = self === 'broker' ? 'gateway' : 'broker';
  const outdated = own.newest < other.oldest ? self : peer;
  const named = (side: Side) => `the ${side} (${versions[side] ?? 'of an unknown version'})`;
  const [first, second] = [formsText(own), formsText(other)];
  return `${named(self)} has ${first} of ${kind}, ${named(peer)} has ${second}. Update the ${outdated}.`;
}

const formsText = ({ oldest, newest }: FormRange): string =>
  newest === oldest ? `form ${oldest}` : `forms ${oldest} to ${newest}`;
