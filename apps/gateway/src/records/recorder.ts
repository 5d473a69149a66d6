import { randomBytes } from 'node:crypto';
import { MAX_COUNTS } from '@countersign/gateway-protocol';
import { type GrantTokenClaims, type MatchedCall, nodeHashing } from '@countersign/grant-token-verify';
import { commit, DEPLOYMENT_SLUG } from '@countersign/scope';
import { v7 } from 'uuid';
import type { Clock } from '../clock.js';
import type { Draft } from '../spool/chains.js';
import type { OpenCallLeft } from '../spool/recover.js';
import type { Spool } from '../spool/spool.js';
import { MinuteCounters, minuteOf } from './minute-counters.js';
import { RefusalFolding } from './refusal-folding.js';

/** A call as its record describes it. `path` is the upstream path with query. */
export type RecordedCall = { claims: GrantTokenClaims; service: string; method: string; path: string };

/** How an allowed call ended. */
type CallOutcome = {
  status: number | null;
  bytes: number;
  bodySha256: string | null;
  durationMs: number;
  outcome: 'completed' | 'cut' | 'failed' | 'unknown';
};

type RecorderOptions = {
  spool: Spool;
  gateway: string;
  boot: string;
  clock: Clock;
  /** Hash of the trust document by which calls of this tenant are judged; null where none is pinned. */
  trustOf(tenant: string): string | null;
};

/** Turns what happens to calls into records, and gives them to the spool. */
export class Recorder {
  private readonly folding = new RefusalFolding<Draft>();
  private readonly counters = new MinuteCounters();
  private minute: number;

  constructor(private readonly options: RecorderOptions) {
    this.minute = minuteOf(options.clock.now());
  }

  newId(): string {
    return `rec_${v7()}`;
  }

  /** Resolves when the record of a call that is let through is durable (P5). Throws RecordUnavailable. */
  allowed(id: string, call: RecordedCall, match: MatchedCall): Promise<void> {
    const { route, resource, action } = match;
    const { members, openings } = this.describe(call);
    const record = {
      ...this.head(id, call.claims.tenant),
      kind: 'allowed' as const,
      ...members,
      route,
      resource,
      action,
    };
    return this.options.spool.append({ record, openings });
  }

  /** Notes how an allowed call ended. */
  outcome(id: string, tenant: string, outcome: CallOutcome): void {
    const record = { ...this.head(id, tenant), kind: 'outcome' as const, ...outcome };
    this.options.spool.note({ record, openings: {} });
  }

  /**
   * Notes a refused call with a verified token. Nobody waits for the disk: a refusal is safe without it. Answers
   * the id of the record that tells of it: its own, or the later one that it is folded into.
   */
  refused(call: RecordedCall, match: MatchedCall | null, code: string): string {
    const id = this.newId();
    const { members, openings } = this.describe(call);
    const place = {
      route: match?.route ?? null,
      resource: match?.resource ?? null,
      action: match?.action ?? null,
    };
    const head = this.head(id, call.claims.tenant);
    const draft: Draft = {
      record: { ...head, kind: 'refused', ...members, ...place, code, count: 1 },
      openings,
    };
    const { into, alone } = this.folding.take(call.claims.digest, code, draft, this.options.clock.now());
    if (alone) this.options.spool.note(draft);
    return into.record.id;
  }

  /** Counts a refusal without a verified token. */
  count(service: string | null, code: string): void {
    this.counters.add(service, code, this.options.clock.now());
  }

  /** A refusal whose record found no room in the spool: calls need it more. It is counted instead. */
  dropped({ record }: Draft): void {
    if (record.kind === 'refused')
      this.counters.add(record.service, record.code, this.options.clock.now(), record.count);
  }

  /** To be called often: when the minute has changed, writes what was folded and counted, and signs the chains. */
  tick(): void {
    const minute = minuteOf(this.options.clock.now());
    if (minute === this.minute) return;
    this.minute = minute;
    this.flush();
    this.signHeads();
  }

  /** Writes what was folded and counted; each minute and at the end. */
  flush(): void {
    const { spool, clock } = this.options;
    for (const { first, count } of this.folding.drain(clock.now())) {
      if (first.record.kind === 'refused') spool.note({ ...first, record: { ...first.record, count } });
    }
    const counts = this.counters.drain(MAX_COUNTS);
    if (counts.length === 0) return;
    const record = {
      ...this.head(this.newId(), DEPLOYMENT_SLUG),
      tenant: DEPLOYMENT_SLUG as typeof DEPLOYMENT_SLUG,
      kind: 'counters' as const,
      counts,
    };
    spool.append({ record, openings: {} }).catch(() => this.counters.hold(counts));
  }

  /** Vouches for every chain that has moved since it was last vouched for; each minute and at the end. */
  signHeads(): void {
    const { spool } = this.options;
    for (const { boot, tenant } of spool.unsigned)
      spool.note({ record: { ...this.head(this.newId(), tenant), boot, kind: 'head' }, openings: {} });
  }

  /** Ends calls that an earlier run left open: it died before it knew what became of them. */
  closeLeft(left: readonly OpenCallLeft[]): void {
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
      this.options.spool.note({ record, openings: {} });
    }
  }

  private head(id: string, tenant: string) {
    const { gateway, boot, clock } = this.options;
    return { v: 1 as const, id, gateway, boot, tenant, at: new Date(clock.now()).toISOString() };
  }

  private describe({ claims, service, method, path }: RecordedCall) {
    const salt = randomBytes(32);
    const members = {
      grant: claims.grant_id,
      digest: claims.digest,
      request: claims.terms.request,
      service,
      person: claims.sub,
      method,
      path: commit(nodeHashing, 'path', salt, path),
      mode: 'gateway' as const,
      trust: this.options.trustOf(claims.tenant),
    };
    return { members, openings: { path: { value: path, salt: salt.toString('base64url') } } };
  }
}
