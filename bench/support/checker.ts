import type { Call } from '@countersign/authorization';
import { CallAuthorizer } from '../../apps/gateway/src/authorize/call-authorizer.js';
import { GatewayState } from '../../apps/gateway/src/authorize/gateway-state.js';
import { Budgets } from '../../apps/gateway/src/budget/budgets.js';
import { OpenCalls } from '../../apps/gateway/src/budget/open-calls.js';
import { systemClock } from '../../apps/gateway/src/clock.js';
import { FeedLiveness } from '../../apps/gateway/src/feed/feed-liveness.js';
import {
  type CanonicalRequest,
  readCanonicalRequest,
} from '../../apps/gateway/src/http/canonical-request.js';
import { PreviousFieldLines, parseRequestHead } from '../../apps/gateway/src/http1/request-head.js';
import type { BenchGrant, GrantMaker } from './grants.js';

/** The gateway's call authorizer in this process, in the state that a feed with these grants would leave. */
export class Checker {
  private readonly authorizer: CallAuthorizer;

  /** `pinnedTenants`: those that no call of another tenant may name. The token that is measured is of none of them. */
  constructor(
    maker: GrantMaker,
    grants: readonly BenchGrant[],
    pinnedTenants: ReadonlySet<string> = new Set(),
  ) {
    const calls = new OpenCalls({
      perGrant: 256,
      perService: 1_024,
      bodiesPerGrant: 64,
      bodiesPerService: 256,
    });
    const state = new GatewayState({
      onGrantEnded: (digest) => calls.cutGrant(digest),
      onNarrowed: () => {},
    });
    const liveness = new FeedLiveness(systemClock);
    state.applySnapshot(maker.snapshot(grants), systemClock.now());
    // An hour ahead: a benchmark has no feed that would keep it in touch.
    liveness.start(systemClock.now() + 3_600_000, systemClock.monotonic() + 3_600_000);
    const budgets = new Budgets(() => Promise.reject(new Error('no grant here has a budget')), systemClock);
    const rules = { trust: () => undefined, stopOn: () => undefined, pinnedTenants };
    this.authorizer = new CallAuthorizer({
      state,
      liveness,
      calls,
      budgets,
      clock: systemClock,
      rules,
      maxBodyBytes: 1_000_000,
    });
  }

  /** Token, grant, lock, route, scope and budget, as for a call that came over the wire. Throws unless allowed. */
  check({ canonical, call }: Prepared): void {
    const service = this.authorizer.service(canonical.service);
    if (service === undefined) throw new Error('the service is not known');
    const token = this.authorizer.verifyToken(canonical, service);
    if (!token.ok) throw new Error(`${token.reason}: ${token.detail}`);
    if (this.authorizer.waitForGrant(token.claims) !== undefined)
      throw new Error('the grant is not on the list');
    const judged = this.authorizer.authorize(token, call);
    if (!judged.allowed) throw new Error(`${judged.code}: ${judged.detail}`);
  }
}

export type Prepared = { canonical: CanonicalRequest; call: Call };

/** A request for one invoice with this token, read from its raw form. `more`: further header fields, flat. */
export function prepare(token: string, more: readonly string[] = []): Prepared {
  const rest = more.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
  const head = `GET /billing/tenants/acme/invoices/inv-1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n`;
  const canonical = readCanonicalRequest(parseRequestHead(head + rest, new PreviousFieldLines()));
  const { service, method, path, query, queryNames, host, headers } = canonical;
  const call = {
    mode: 'gateway' as const,
    ...{ service, method, path, query, queryNames, host },
    headerValues: (name: string) => headers.all(name),
    headerFields: headers.fields,
    hasBody: false,
    bodySha256: undefined,
    bodyLength: undefined,
    bodyIsArriving: false,
    operation: undefined,
  };
  return { canonical, call };
}
