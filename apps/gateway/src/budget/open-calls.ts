/** Why a call was ended early. */
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

/** Time limits of a call, in milliseconds. */
export type CallTimes = {
  /** From the decision to the last byte of the response. */
  totalMs: number;
  /** Without a byte from or to the client while the gateway waits for it. */
  clientIdleMs: number;
};

/** A call that was allowed and has not ended. */
export class OpenCall {
  private reason: CutReason | undefined;
  private abort: ((reason: CutReason) => void) | undefined;
  private waitsSince: number | undefined;

  constructor(
    readonly digest: string,
    /** `grt_…` */
    readonly grant: string,
    readonly service: string,
    /** End of the grant's window, milliseconds since the epoch. */
    readonly endsAt: number,
    readonly tenant: string,
    /** `usr_…` of the engineer. */
    readonly person: string,
    /** Milliseconds of the monotonic clock. */
    readonly beganAt: number,
    /** The key that signed the token. */
    readonly kid: string,
    /** Whether its body is still arriving. `OpenCalls` counts these, and changes this. */
    public bodyIsArriving = false,
  ) {}

  /** Set once: the first cut counts. */
  get cutBy(): CutReason | undefined {
    return this.reason;
  }

  /** The gateway waits for the client since this moment of the monotonic clock. */
  waitForClient(since: number): void {
    this.waitsSince = since;
  }

  /** The gateway does not wait for the client now. */
  clientDone(): void {
    this.waitsSince = undefined;
  }

  /** Cuts the call if it has taken too long, or if its client has kept the gateway waiting. */
  cutOverdue(now: number, { totalMs, clientIdleMs }: CallTimes): void {
    if (now - this.beganAt >= totalMs) this.cut('call_timeout');
    else if (this.waitsSince !== undefined && now - this.waitsSince >= clientIdleMs) this.cut('client_idle');
  }

  cut(reason: CutReason): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.abort?.(reason);
  }

  /** Sets how to end what is under way. Runs at once if the call was cut before. */
  onCut(abort: (reason: CutReason) => void): void {
    this.abort = abort;
    if (this.reason !== undefined) abort(this.reason);
  }
}

type ConcurrencyLimits = {
  perGrant: number;
  perService: number;
  /** Of these, calls whose body is still arriving: a client can hold such a call open by sending nothing. */
  bodiesPerGrant: number;
  bodiesPerService: number;
};

/** The calls that are open now: counted by grant and service, and cut when the reason for allowing them ends (P6). */
export class OpenCalls {
  private readonly byDigest = new Map<string, Set<OpenCall>>();
  private readonly byService = new Map<string, number>();
  /** Calls whose body is still arriving, by digest and by service. Digests and services are never spelt alike. */
  private readonly arriving = new Map<string, number>();

  constructor(private readonly limits: ConcurrencyLimits) {}

  get count(): number {
    let sum = 0;
    for (const calls of this.byDigest.values()) sum += calls.size;
    return sum;
  }

  hasRoom(digest: string, service: string, bodyIsArriving: boolean): boolean {
    const { perGrant, perService, bodiesPerGrant, bodiesPerService } = this.limits;
    const ofGrant = this.byDigest.get(digest)?.size ?? 0;
    if (ofGrant >= perGrant || (this.byService.get(service) ?? 0) >= perService) return false;
    if (!bodyIsArriving) return true;
    const bodies = this.arriving;
    return (bodies.get(digest) ?? 0) < bodiesPerGrant && (bodies.get(service) ?? 0) < bodiesPerService;
  }

  add(call: OpenCall): void {
    const calls = this.byDigest.get(call.digest) ?? new Set();
    this.byDigest.set(call.digest, calls.add(call));
    this.byService.set(call.service, (this.byService.get(call.service) ?? 0) + 1);
    if (call.bodyIsArriving) this.countArriving(call, 1);
  }

  /** The body of an open call has arrived. It keeps its place as a call, and frees that of a body. */
  bodyArrived(call: OpenCall): void {
    if (!call.bodyIsArriving) return;
    call.bodyIsArriving = false;
    this.countArriving(call, -1);
  }

  private countArriving({ digest, service }: OpenCall, change: 1 | -1): void {
    for (const name of [digest, service]) {
      const count = (this.arriving.get(name) ?? 0) + change;
      if (count === 0) this.arriving.delete(name);
      else this.arriving.set(name, count);
    }
  }

  remove(call: OpenCall): void {
    const calls = this.byDigest.get(call.digest);
    if (calls?.delete(call) !== true) return;
    if (calls.size === 0) this.byDigest.delete(call.digest);
    this.byService.set(call.service, (this.byService.get(call.service) ?? 1) - 1);
    this.bodyArrived(call);
  }

  /** Cuts every call of a grant. */
  cutGrant(digest: string): void {
    for (const call of [...(this.byDigest.get(digest) ?? [])]) call.cut('grant_ended');
  }

  /** Cuts every call whose window has ended. */
  cutEnded(now: number): void {
    this.cutWhere((call) => (now >= call.endsAt ? 'grant_ended' : undefined));
  }

  /** Cuts every call that takes too long, or whose client is idle. `now`: the monotonic clock. */
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
