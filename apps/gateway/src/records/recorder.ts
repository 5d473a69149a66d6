import { type GrantTokenClaims, logOf, type MatchedCall, nodeHashing } from '@countersign/authorization';
import {
  type CallMode,
  type ContextMode,
  commit,
  DEPLOYMENT_SLUG,
  type OutcomeMember,
  RARE_OUTCOME_MEMBERS,
  type RareOutcomeMember,
  type TenantFrom,
} from '@countersign/contract';
import { MAX_COUNTS, type RecordedFile } from '@countersign/gateway-protocol';
import type { Clock } from '../clock.js';
import { RandomPool, RecordIds } from './record-ids.js';
import { type RecordOfCall, RecordText } from './record-text.js';
import { MinuteCounters, minuteOf, RefusalFolding } from './refusal-counting.js';
import type { RecordDraft } from './spool/record-chains.js';
import type { UnfinishedCall } from './spool/recovery.js';
import type { RecordWaiter, Spool } from './spool/spool.js';

/** A call as its record describes it. */
export type CallToRecord = {
  claims: GrantTokenClaims;
  service: string;
  method: string;
  /** The upstream path with query. */
  path: string;
  /** Names of the request headers that do not reach the upstream, in lower case. */
  droppedHeaders: readonly string[];
  /** Who passes an allowed call on to the service. */
  mode: CallMode;
  /** Set if the call fetches a file from a storage: the storage, and the call whose answer contained the link. */
  file?: RecordedFile;
};

/** An allowed call, with what only its record says. */
export type AllowedCallToRecord = {
  /** `rec_…` */
  id: string;
  call: CallToRecord;
  match: MatchedCall;
  /** How the call is signed for the upstream. */
  context: ContextMode;
  /** Where the service's map says that the tenant of a call is. */
  tenantFrom: TenantFrom;
  /** Whether the gateway masks fields of the answer. */
  isMasked: boolean;
};

type OutcomeRecord = Extract<RecordOfCall, { kind: 'outcome' }>;
type AllowedRecord = Extract<RecordOfCall, { kind: 'allowed' }>;

/** How an allowed call ended. A rare member that does not apply is undefined. */
export type CallOutcome = Pick<OutcomeRecord, Exclude<OutcomeMember, RareOutcomeMember>> & {
  [Name in RareOutcomeMember]?: OutcomeRecord[Name] | undefined;
};

/** A member that is null if the call matched no route. */
type OrNull<M extends MatchedCall | null> = M extends MatchedCall ? string : string | null;

type RecorderOptions = {
  spool: Spool;
  gateway: string;
  boot: string;
  clock: Clock;
  /** Hash of the trust document that applies to this tenant's calls; null if none is pinned. */
  trustOf(tenant: string): string | null;
};

/** Salt of a commitment (docs/contract.md, Commitment). */
const SALT_BYTES = 32;

/** Turns what happens to calls into access records, and gives them to the spool. */
export class Recorder {
  private readonly folding = new RefusalFolding<RecordDraft>();
  private readonly counters = new MinuteCounters();
  private readonly salts = new RandomPool(SALT_BYTES);
  private readonly ids = new RecordIds();
  private minute: number;
  /** Tenants in whose logs a head is wanted after an instant (milliseconds since the epoch). */
  private readonly wanted = new Map<string, number>();
  private last = { now: Number.NaN, text: '' };
  private readonly texts = {
    allowed: new WeakMap<GrantTokenClaims, RecordText>(),
    outcome: new WeakMap<GrantTokenClaims, RecordText>(),
  };

  constructor(private readonly options: RecorderOptions) {
    this.minute = minuteOf(options.clock.now());
  }

  newId(): string {
    return this.ids.next();
  }

  /** Writes the record of an allowed call, and notifies `waiter` when it is durable (P5), or cannot be. */
  writeAllowed(
    { id, call, match, context, tenantFrom, isMasked }: AllowedCallToRecord,
    waiter: RecordWaiter,
  ): void {
    const { record: described, openings } = this.describe(id, 'allowed', call, match);
    const { droppedHeaders, file, mode, claims } = call;
    const isSigned = context === 'ed25519';
    // Rare members are added only if they apply. An absent member must stay absent, because the record is hashed.
    const record: AllowedRecord = described;
    if (droppedHeaders.length > 0) record.droppedHeaders = [...droppedHeaders];
    if (!isSigned) record.context = context;
    if (tenantFrom === 'service') record.tenantFrom = tenantFrom;
    if (isMasked) record.masked = true;
    if (file !== undefined) record.file = file;
    // If someone else passes the call on, only they learn how it ends.
    if (mode !== 'gateway') record.outcome = 'unknown';
    this.options.spool.appendFor({ record, openings, text: this.textFor(claims, record) }, waiter);
  }

  /** The `RecordText` for records like this one. Most calls with one token are alike, so the latest one is kept for each token. */
  private textFor(claims: GrantTokenClaims, record: RecordOfCall): RecordText | undefined {
    const texts = this.texts[record.kind];
    const known = texts.get(claims);
    if (known?.fits(record)) return known;
    const text = RecordText.of(record);
    if (text !== undefined) texts.set(claims, text);
    return text;
  }

  /** Records how an allowed call ended, in the log of its record. */
  recordOutcome(id: string, claims: GrantTokenClaims, outcome: CallOutcome): void {
    const { gateway, boot, clock } = this.options;
    const record: OutcomeRecord = {
      v: 1,
      kind: 'outcome',
      id,
      gateway,
      boot,
      tenant: logOf(claims),
      at: this.instant(clock.now()),
      status: outcome.status,
      bytes: outcome.bytes,
      bodySha256: outcome.bodySha256,
      durationMs: outcome.durationMs,
      outcome: outcome.outcome,
    };
    for (const name of RARE_OUTCOME_MEMBERS)
      if (outcome[name] !== undefined) Object.assign(record, { [name]: outcome[name] });
    this.options.spool.enqueue({ record, openings: {}, text: this.textFor(claims, record) });
  }

  /**
   * Records a refused call with a verified token. No one waits for the disk: a refusal is safe without it. Returns the
   * id of the record that covers it: its own, or a later one into which it is folded.
   */
  recordRefused(call: CallToRecord, match: MatchedCall | null, code: string): string {
    const id = this.newId();
    const { record, openings } = this.describe(id, 'refused', call, match);
    const draft: RecordDraft = { record: { ...record, code, count: 1 }, openings };
    const { into, alone } = this.folding.take(call.claims.digest, code, draft, this.options.clock.now());
    if (alone) this.options.spool.enqueue(draft);
    return into.record.id;
  }

  /** Counts a refusal without a verified token. */
  count(service: string | null, code: string): void {
    this.counters.add(service, code, this.options.clock.now());
  }

  /** A refusal whose record found no room in the spool, because calls need the room more. It is counted instead. */
  recordDropped({ record }: RecordDraft): void {
    if (record.kind === 'refused')
      this.counters.add(record.service, record.code, this.options.clock.now(), record.count);
  }

  /** Called often. When the minute has changed, writes what was folded and counted, and signs the chains. */
  tick(): void {
    const minute = minuteOf(this.options.clock.now());
    if (minute === this.minute) return;
    this.minute = minute;
    this.flush();
    this.signHeads(this.takeWanted());
  }

  /** Writes folded refusals, and one record of counters. Returns whether counters are left for another record. */
  private flush(): boolean {
    const { spool, clock } = this.options;
    for (const { first, count } of this.folding.drain(clock.now())) {
      if (first.record.kind === 'refused') spool.enqueue({ ...first, record: { ...first.record, count } });
    }
    const counts = this.counters.drain(MAX_COUNTS);
    if (counts.length === 0) return false;
    const record = {
      ...this.head(this.newId(), DEPLOYMENT_SLUG),
      tenant: DEPLOYMENT_SLUG as typeof DEPLOYMENT_SLUG,
      kind: 'counters' as const,
      counts,
    };
    spool.append({ record, openings: {} }).catch(() => this.counters.hold(counts));
    return counts.length === MAX_COUNTS;
  }

  /** Writes everything that was folded and counted: this run has no next minute. */
  close(): void {
    while (this.flush());
  }

  /**
   * Signs every chain with records after its last signature. Called at the start, each minute, and at the end.
   *
   * @param quiet tenants in whose logs this run's chain is signed although nothing was added to it
   */
  signHeads(quiet: readonly string[] = []): void {
    const { spool, boot: own } = this.options;
    const unsigned = spool.unsigned;
    const signed = new Set(unsigned.flatMap(({ boot, tenant }) => (boot === own ? [tenant] : [])));
    const added = quiet.filter((tenant) => !signed.has(tenant)).map((tenant) => ({ boot: own, tenant }));
    for (const { boot, tenant } of [...unsigned, ...added])
      spool.enqueue({ record: { ...this.head(this.newId(), tenant), boot, kind: 'head' }, openings: {} });
  }

  /**
   * Has this run's chains of these tenants signed at the next minute that begins at or after `after`: refusals are folded
   * until then, so that no record from before the head comes after it.
   */
  wantHeads(wanted: readonly { tenant: string; after: string }[]): void {
    this.wanted.clear();
    for (const { tenant, after } of wanted) this.wanted.set(tenant, Date.parse(after));
  }

  private takeWanted(): string[] {
    const now = this.options.clock.now();
    const due = [...this.wanted].filter(([, after]) => after <= now).map(([tenant]) => tenant);
    for (const tenant of due) this.wanted.delete(tenant);
    return due;
  }

  /** Ends calls that an earlier run left open: it died before it knew their outcome. */
  closeUnfinished(left: readonly UnfinishedCall[]): void {
    for (const { boot, tenant, id } of left) {
      const record = {
        ...this.head(id, tenant),
        boot,
        kind: 'outcome' as const,
        status: null,
        bytes: 0,
        bodySha256: null,
        durationMs: 0,
        outcome: 'unknown' as const,
      };
      this.options.spool.enqueue({ record, openings: {} });
    }
  }

  private head(id: string, tenant: string) {
    const { gateway, boot, clock } = this.options;
    return { v: 1 as const, id, gateway, boot, tenant, at: this.instant(clock.now()) };
  }

  /** Many calls begin and end in the same millisecond, so its text is cached. */
  private instant(now: number): string {
    if (this.last.now !== now) this.last = { now, text: new Date(now).toISOString() };
    return this.last.text;
  }

  /**
   * What the records of a call have in common. It is one object literal, and so is an outcome: building an object by
   * spreading others is slower than everything else here, and every call has two records. Most terms state no place or employer.
   */
  private describe<K extends 'allowed' | 'refused', M extends MatchedCall | null>(
    id: string,
    kind: K,
    { claims, service, method, path, mode }: CallToRecord,
    match: M,
  ) {
    const { gateway, boot, clock, trustOf } = this.options;
    const salt = this.salts.next();
    const record = {
      v: 1 as const,
      kind,
      id,
      gateway,
      boot,
      // The log that the record belongs to: the tenant's own, or a sealed one.
      tenant: logOf(claims),
      at: this.instant(clock.now()),
      grant: claims.grant_id,
      digest: claims.digest,
      request: claims.terms.request,
      service,
      person: claims.sub,
      method,
      path: commit(nodeHashing, 'path', salt, path),
      mode,
      trust: trustOf(claims.tenant),
      route: (match?.route ?? null) as OrNull<M>,
      resource: (match?.resource ?? null) as OrNull<M>,
      action: (match?.action ?? null) as OrNull<M>,
    };
    const { requesterFacts } = claims.terms;
    return {
      record: requesterFacts === undefined ? record : { ...record, requesterFacts },
      openings: { path: { value: path, salt: salt.toString('base64url') } },
    };
  }
}
