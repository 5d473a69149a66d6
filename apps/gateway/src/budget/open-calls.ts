/** Why a call is ended before its time. */
export type CutReason =
  | 'grant_ended'
  | 'locked'
  | 'invalid_token'
  | 'not_countersigned'
  | 'not_in_touch'
  | 'client_gone'
  | 'budget_exhausted'
  | 'call_timeout'
  | 'client_idle'
  | 'shutdown';

/** What a call may take, in milliseconds. */
export type CallTimes = {
  /** From the decision to the last byte of the answer. */
  totalMs: number;
  /** Without a byte from or to a client that we wait for. */
  clientIdleMs: number;
};

/** A call that was let through and has not ended. */
export class OpenCall {
  private reason: CutReason | undefined;
  private abort: ((reason: CutReason) => void) | undefined;
  private waitsSince: number | undefined;

  constructor(
    readonly digest: string,
    readonly service: string,
    /** End of the grant's window, milliseconds since the epoch. */
    readonly endsAt: number,
    readonly tenant: string,
    /** `usr_…` of the engineer. */
    readonly person: string,
    /** Monotonic clock's milliseconds. */
    readonly beganAt: number,
    /** The key that signed the token. */
    readonly kid: string,
  ) {}

  /** Set once, by the first that cut it. */
  get cutBy(): CutReason | undefined {
    return this.reason;
  }

  /** The client has the next move, as of this moment of the monotonic clock. */
  waitForClient(since: number): void {
    this.waitsSince = since;
  }

  /** It is not the client that anybody waits for. */
  clientDone(): void {
    this.waitsSince = undefined;
  }

  /** Cuts the call when it has taken too long, or its client has kept it waiting. */
  cutOverdue(now: number, { totalMs, clientIdleMs }: CallTimes): void {
    if (now - this.beganAt >= totalMs) this.cut('call_timeout');
    else if (this.waitsSince !== undefined && now - this.waitsSince >= clientIdleMs) this.cut('client_idle');
  }

  cut(reason: CutReason): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.abort?.(reason);
  }

  /** Says how to end what is under way. Runs at once where the call was cut before it got there. */
  onCut(abort: (reason: CutReason) => void): void {
    this.abort = abort;
    if (this.reason !== undefined) abort(this.reason);
  }
}

type ConcurrencyLimits = { perGrant: number; perService: number };

/** The calls that are open now: counted by grant and service, and cut when their ground falls away (P6). */
export class OpenCalls {
  private readonly byDigest = new Map<string, Set<OpenCall>>();
  private readonly byService = new Map<string, number>();

  constructor(private readonly limits: ConcurrencyLimits) {}

  get count(): number {
    let sum = 0;
    for (const calls of this.byDigest.values()) sum += calls.size;
    return sum;
  }

  hasRoom(digest: string, service: string): boolean {
    const ofGrant = this.byDigest.get(digest)?.size ?? 0;
    return ofGrant < this.limits.perGrant && (this.byService.get(service) ?? 0) < this.limits.perService;
  }

  add(call: OpenCall): void {
    const calls = this.byDigest.get(call.digest) ?? new Set();
    this.byDigest.set(call.digest, calls.add(call));
    this.byService.set(call.service, (this.byService.get(call.service) ?? 0) + 1);
  }

  remove(call: OpenCall): void {
    const calls = this.byDigest.get(call.digest);
    if (calls?.delete(call) !== true) return;
    if (calls.size === 0) this.byDigest.delete(call.digest);
    this.byService.set(call.service, (this.byService.get(call.service) ?? 1) - 1);
  }

  /** Cuts every call of a grant. */
  cutGrant(digest: string): void {
    for (const call of [...(this.byDigest.get(digest) ?? [])]) call.cut('grant_ended');
  }

  /** Cuts every call whose window is over. */
  cutEnded(now: number): void {
    this.cutWhere((call) => (now >= call.endsAt ? 'grant_ended' : undefined));
  }

  /** Cuts every call that takes too long, or whose client does not go on. `now` is the monotonic clock's. */
  cutOverdue(now: number, times: CallTimes): void {
    for (const calls of [...this.byDigest.values()])
      for (const call of [...calls]) call.cutOverdue(now, times);
  }

  /** Cuts every call for which there is a reason now. */
  cutWhere(reasonFor: (call: OpenCall) => CutReason | undefined): void {
    for (const calls of [...this.byDigest.values()]) {
      for (const call of [...calls]) {
        const reason = reasonFor(call);
        if (reason !== undefined) call.cut(reason);
      }
    }
  }

  cutAll(reason: CutReason): void {
    this.cutWhere(() => reason);
  }
}
