import type { CallMode } from './route/call-mode.js';
import type { ContextMode } from './route/upstream-settings.js';
import type { RequesterFacts } from './terms/requester-facts.js';
import type { RecordedDecision, RecordedOutcome } from './vocabulary/log.js';

/**
 * One call at the gateway as the API returns it (docs/contract.md, HTTP API): the allowed or refused record merged with
 * its outcome. What a record lacks is null.
 */
export interface AccessRecordView {
  id: string;
  at: string;
  tenant: string;
  grant: string;
  digest: string;
  request: string;
  service: string;
  person: string;
  method: string;
  path: string | null;
  route: string | null;
  resource: string | null;
  action: string | null;
  decision: RecordedDecision;
  code: string | null;
  count: number;
  mode: CallMode;
  /** Names of the request headers that were not forwarded, in lower case. Empty for a refused call. */
  droppedHeaders: string[];
  /** How the gateway signed an allowed call for the upstream. Null for a refused one. */
  context: ContextMode | null;
  trust: string | null;
  status: number | null;
  bytes: number | null;
  bodySha256: string | null;
  durationMs: number | null;
  outcome: RecordedOutcome | null;
  gateway: string;
  boot: string;
  seq: number;
  /** `service`: the call named no tenant, and the service had to say that its response was about this one. */
  tenantFrom: 'service' | null;
  /** What the terms state about the requester's place and employer; null if nothing. */
  requesterFacts: RequesterFacts | null;
  /** How many fields of the answer were masked; 0 until the outcome is known. Null for a call that may show all of its answer. */
  maskedFields: number | null;
  /** Why the answer did not reach the client, or only its beginning did. Null if it was not withheld. */
  withheld: string | null;
  /** The storage from which the call fetched a file, and the record of the call whose answer had the link; null if it did not. */
  file: { from: string; host: string } | null;
  /** Of the `bytes` that were sent, if the route is a download. */
  sentSha256: string | null;
}

/** The kinds of records (docs/feed.md, The records). */
export type RecordKind = 'allowed' | 'refused' | 'outcome' | 'head' | 'counters';

/** Whether each record of a kind has a member, or only some. A member that a record lacks is absent in it and in its leaf. */
type Presence = 'required' | 'optional';

/** How leaf and record present one member. */
type RecordMember = { readonly [Kind in RecordKind]?: Presence } & {
  /** Its name in the data of the leaf, if it is another one; null if the leaf has it outside of its data. */
  readonly leaf?: string | null;
};

/** What a call in the store does not have, or has under another name. */
const IN_RECORDS_ALONE = ['v', 'kind', 'prev', 'previous', 'lane', 'signature', 'counts', 'masked'] as const;
type InRecordsAlone = (typeof IN_RECORDS_ALONE)[number];

const CALL = { allowed: 'required', refused: 'required' } as const;
const CALL_AND_OUTCOME = { ...CALL, outcome: 'required' } as const;
const EVERY = { ...CALL_AND_OUTCOME, head: 'required', counters: 'required' } as const;
const SOME = { allowed: 'optional', refused: 'optional' } as const;
const SOME_OF_EVERY = { ...SOME, outcome: 'optional', head: 'optional', counters: 'optional' } as const;

/**
 * Every member of the records of gateways, under its name in the record. From this table follow: the leaf of a record and the
 * record of a leaf, and the columns of exports. The row of a call in the store (`persistence`), the shapes on the wire
 * (`gateway-protocol`) and in the API (`api`) are typed by it, so that none lacks a member.
 *
 * A call in the store and in the API is its `allowed` or `refused` record with its outcome. Two members have other names there,
 * because they say more: `kind` is `decision`, and `masked` is `maskedFields: 0` until the outcome has the number.
 *
 * The order is that of a call in an answer.
 */
export const RECORD_MEMBERS = {
  v: { ...EVERY, leaf: null },
  kind: { ...EVERY, leaf: null },
  id: { ...EVERY, leaf: 'record' },
  at: { ...EVERY, leaf: null },
  tenant: { ...EVERY, leaf: null },
  grant: CALL,
  digest: CALL,
  request: CALL,
  service: CALL,
  person: { ...CALL, leaf: 'requester' },
  method: CALL,
  // In the record and among the leaf's commitments it is a commitment, in the store the path.
  path: { ...CALL, leaf: null },
  route: CALL,
  resource: CALL,
  action: CALL,
  decision: {},
  code: { refused: 'required' },
  count: { refused: 'required' },
  mode: CALL,
  droppedHeaders: { allowed: 'optional' },
  context: { allowed: 'optional' },
  trust: CALL,
  status: { outcome: 'required' },
  bytes: { outcome: 'required' },
  bodySha256: { outcome: 'required' },
  durationMs: { outcome: 'required' },
  outcome: { outcome: 'required', allowed: 'optional' },
  gateway: EVERY,
  boot: EVERY,
  seq: { ...EVERY, leaf: 'gatewaySeq' },
  prev: { ...EVERY, leaf: null },
  previous: SOME_OF_EVERY,
  lane: SOME_OF_EVERY,
  signature: { head: 'required', counters: 'required' },
  counts: { counters: 'required' },
  tenantFrom: { allowed: 'optional' },
  requesterFacts: SOME,
  masked: { allowed: 'optional' },
  maskedFields: { outcome: 'optional' },
  withheld: { outcome: 'optional' },
  file: { allowed: 'optional' },
  sentSha256: { outcome: 'optional' },
} as const satisfies Record<keyof AccessRecordView | InRecordsAlone, RecordMember>;

type Members = typeof RECORD_MEMBERS;
type NameOf<Wanted> = {
  [Name in keyof Members]: Members[Name] extends Wanted ? Name : never;
}[keyof Members];

/** The names of the members of a kind of record. */
export type MemberOf<Kind extends RecordKind> = NameOf<{ [Each in Kind]: Presence }>;
/** What an outcome adds to its call. Members of every record, such as the id, are not among them. */
export type OutcomeMember = Exclude<MemberOf<'outcome'>, MemberOf<'head'>>;
/** Those of them that most outcomes lack: what else a gateway did with the answer. */
export type RareOutcomeMember = Exclude<NameOf<{ outcome: 'optional' }>, MemberOf<'head'>>;
/** What the record of a call may lack, or only its outcome has. */
type NotOfEachCall = Exclude<keyof AccessRecordView, NameOf<typeof CALL> | 'decision'>;

const ENTRIES = Object.entries<RecordMember>(RECORD_MEMBERS);
const namesOf = <Name>(isWanted: (member: RecordMember, name: string) => boolean): Name[] =>
  ENTRIES.filter(([name, member]) => isWanted(member, name)).map(([name]) => name as Name);

export const OUTCOME_MEMBERS = namesOf<OutcomeMember>(({ outcome, head }) => outcome !== undefined && !head);
export const RARE_OUTCOME_MEMBERS = namesOf<RareOutcomeMember>(
  ({ outcome, head }) => outcome === 'optional' && !head,
);

const allNull = <Name extends string>(names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, null])) as { [Each in Name]: null };

/** The end of a call whose outcome is not known yet. */
export const NO_OUTCOME = allNull(OUTCOME_MEMBERS);
/** Null for every member that some records of calls lack. */
export const NOTHING_MORE = allNull(
  namesOf<NotOfEachCall>(
    ({ allowed, refused, outcome }, name) =>
      !IN_RECORDS_ALONE.some((alone) => alone === name) &&
      (allowed !== 'required' || refused !== 'required') &&
      (allowed ?? refused ?? outcome) !== undefined,
  ),
);

/** A member of a record, and its name in the data of the leaf; null if the leaf has it outside of its data. */
export interface MemberOfLeaf {
  name: string;
  leaf: string | null;
  isOptional: boolean;
}

/** The members of the records of a kind, in the order of canonical JSON. */
export const membersOfRecord = (kind: RecordKind): MemberOfLeaf[] =>
  ENTRIES.filter(([, member]) => member[kind] !== undefined)
    .map(([name, member]) => ({
      ...{ name, leaf: member.leaf === undefined ? name : member.leaf },
      isOptional: member[kind] === 'optional',
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
