import type { IncomingMessage } from 'node:http';
import { contextVerifier } from '@countersign/authorization/context';
import type { CallMode, ServiceDefinition } from '@countersign/contract';
import { sampleTerms } from '../../factories/grant-token.js';
import { sampleTrust, signedTrust } from '../../factories/trust.js';
import { Authenticator } from '../../support/authenticator.js';
import type { GatewayWorld } from '../gateway-world.js';
import { until } from '../until.js';
import { CARD_NUMBER, type ServiceStub } from './service-stub.js';
import { type Answer, DEFAULT_TARGET, type Sent, type Way } from './ways.js';

/** What a case works with. `call` makes a call in the way that is being tried. */
export type Trial = {
  world: GatewayWorld;
  service: ServiceStub;
  way: Way;
  call(sent: Sent): Promise<Answer>;
};

/** How the gateway under test is set up. Cases with the same setting share one gateway. */
export type Setting =
  | 'ordinary'
  | 'never in touch'
  | 'broken disk'
  | 'one call at once'
  | 'tenant from service';

/**
 * One case. `held`: the expected result in a mode that holds the promise. In another mode the expected result is `notHeld`, or the
 * refusal that the table names. `result` runs the case and returns its result.
 */
export type Case = {
  title: string;
  setting?: Setting;
  held: string | ((mode: CallMode) => string);
  notHeld?: string;
  /** Modes in which this can be tried without a real proxy; all if absent. */
  modes?: readonly CallMode[];
  result(trial: Trial): Promise<string>;
};

/**
 * Whether a mode holds a promise: `held`; calls are refused with this code, because only a gateway that forwards could hold it; or not
 * held, with the reason in words.
 */
export type Holding = 'held' | { refused: string } | { not: string };

/**
 * A row of the table in docs/gateways. `proxies`: what nginx and Caddy hold with the configurations of that folder, if it is more than
 * their protocol alone; `test/proxies/modes.spec.ts` tries every case with the real programs.
 */
type PromiseRow = {
  promise: string;
  modes: Record<CallMode, Holding>;
  proxies?: Holding;
  cases: readonly Case[];
};

const everywhere = { gateway: 'held', authz: 'held', middleware: 'held' } as const;
const gatewayOnly = (code: string) =>
  ({ gateway: 'held', authz: { refused: code }, middleware: { refused: code } }) as const;

/** `allowed`, or the status and code of the refusal. */
async function outcome(answer: Answer): Promise<string> {
  const text = await answer.text;
  if (answer.status === 200) return 'allowed';
  const { code } = JSON.parse(text) as { code?: string };
  return `${answer.status} ${code}`;
}

const DOWNLOAD_TARGET = '/tenants/acme/invoices/7/document';

/** A listed route that no one is granted. */
const EXPORT_TARGET = '/tenants/acme/invoices/export';

const LINKS_TARGET = '/tenants/acme/invoices/7/links';

const GRAPHQL_TARGET = '/tenants/acme/graphql';
const graphql = { sha256: '5'.repeat(64), type: 'query', variables: { id: '/id' } } as const;
const operation = (sha256: string) =>
  `documentId=sha256:${sha256}&variables=${encodeURIComponent('{"id":"7"}')}`;
const LISTED_TARGET = `${GRAPHQL_TARGET}?${operation(graphql.sha256)}`;
const posted = (members: object): Sent => ({
  ...{ method: 'POST', target: GRAPHQL_TARGET, headers: ['Content-Type', 'application/json'] },
  body: JSON.stringify(members),
});

/**
 * The service with a route whose answers are files, one that hides a field, one whose answers have links to files, one that stands
 * beside a parameter, and a persisted operation.
 */
export const withEveryKindOfRoute = (service: ServiceDefinition): ServiceDefinition => ({
  ...service,
  fileHosts: ['https://files.example'],
  routes: [
    ...service.routes,
    {
      ...{ method: 'GET', path: '/tenants/{tenant}/invoices/{id}/links' },
      ...{ resource: 'invoices/{id}', action: 'read', presigned: ['/url'] },
    },
    {
      ...{ method: 'GET', path: '/tenants/{tenant}/invoices/{id}/document' },
      ...{ resource: 'invoices/{id}', action: 'read', download: true },
    },
    {
      ...{ method: 'GET', path: '/tenants/{tenant}/invoices/{id}/card' },
      ...{ resource: 'invoices/{id}', action: 'read', mask: ['/number'] },
    },
    { method: 'GET', path: EXPORT_TARGET.replace('acme', '{tenant}'), resource: 'exports', action: 'export' },
    ...['GET', 'POST'].map((method) => ({
      ...{ method, path: '/tenants/{tenant}/graphql', resource: 'invoices/{id}', action: 'read', graphql },
    })),
  ],
});

type Wishes = Parameters<GatewayWorld['broker']['grant']>[0];
type TokenOf = (trial: Trial) => string | undefined;
const granted =
  (wishes?: Wishes): TokenOf =>
  ({ world: { broker } }) =>
    broker.token(broker.grant(wishes));

/** A call that is refused everywhere with this status and code. The service must not have seen it. */
const refused = (title: string, held: string, sent: Sent, token: TokenOf = granted()): Case => ({
  title,
  held,
  async result(trial) {
    const before = trial.service.received.length;
    const said = await outcome(await trial.call({ token: token(trial), ...sent }));
    return trial.service.received.length === before ? said : `${said}, and the service has it`;
  },
});

/** The call as the service received it, after one that is allowed. */
async function receivedBy(trial: Trial, sent: Sent): Promise<ServiceStub['received'][number]> {
  const said = await outcome(await trial.call({ token: granted()(trial), ...sent }));
  const received = trial.service.received.at(-1);
  if (said !== 'allowed' || received === undefined) throw new Error(`the call was not allowed: ${said}`);
  return received;
}

/** A call that is refused as soon as the gateway has received the end of the grant, or the lock, by the feed. */
const stopped = (title: string, held: string, token: (trial: Trial) => string): Case => ({
  title,
  held,
  async result(trial) {
    const stoppedToken = token(trial);
    let said = '';
    await until(async () => {
      said = await outcome(await trial.call({ token: stoppedToken }));
      return said !== 'allowed';
    });
    return said;
  },
});

/** Claims `globex` with a trust document that is not pinned at the gateway. */
function claim({ world: { broker } }: Trial): void {
  if (broker.trust.length > 0) return;
  const keys = [new Authenticator(), new Authenticator()];
  const { deployment } = broker;
  const document = sampleTrust({ [sampleTerms.requester]: keys }, { deployment, tenant: 'globex' });
  broker.claim('globex', [signedTrust(document, keys)]);
}

export const PROMISES: readonly PromiseRow[] = [
  {
    promise: 'P1, P3: no call without a valid grant token',
    modes: everywhere,
    cases: [
      refused('no token', '401 invalid_token', {}, () => undefined),
      refused('no JWT', '401 invalid_token', {}, () => 'x'),
      refused('another signature', '401 invalid_token', {}, (trial) => {
        const [head, claims] = granted()(trial)?.split('.') ?? [];
        return `${head}.${claims}.${Buffer.alloc(64, 1).toString('base64url')}`;
      }),
      refused('a token that has expired', '401 invalid_token', {}, ({ world: { broker } }) =>
        broker.token(broker.grant({ startsIn: -900 }), { now: new Date(Date.now() - 600_000) }),
      ),
      refused('a token for another service', '401 invalid_token', {}, ({ world: { broker } }) =>
        broker.token(broker.grant(), { audience: 'crm' }),
      ),
      refused('a token of another broker', '401 invalid_token', {}, ({ world: { broker } }) =>
        broker.token(broker.grant(), { issuer: 'http://other.test' }),
      ),
    ],
  },
  {
    promise: 'P9, P13: only the granted tenant, scope and listed routes',
    modes: everywhere,
    cases: [
      {
        title: 'what was granted',
        held: 'allowed',
        result: async (trial) => outcome(await trial.call({ token: granted()(trial) })),
      },
      refused('another tenant', '403 insufficient_scope', { target: '/tenants/globex/invoices/7' }),
      refused('another action', '403 insufficient_scope', { method: 'DELETE' }),
      refused('another resource', '403 insufficient_scope', { target: '/tenants/acme/payroll/7' }),
      refused('an unlisted route', '403 route_not_listed', { target: '/admin' }),
      refused('an unlisted parameter', '403 route_not_listed', { target: `${DEFAULT_TARGET}?as=root` }),
    ],
  },
  {
    promise:
      'P9: what the service sends too late answers no one else, because a connection carries calls of one grant',
    modes: {
      gateway: 'held',
      authz: { not: 'its configuration uses no connection twice' },
      middleware: { not: 'by a proxy before the service, if there is one' },
    },
    proxies: 'held',
    cases: [
      {
        title: 'calls of two tenants',
        modes: ['gateway'],
        held: 'never by another',
        async result(trial) {
          const tokens = ['acme', 'globex'].map((tenant) => granted({ tenant })(trial));
          const used: (number | undefined)[] = [];
          for (const at of [0, 0, 1, 0]) {
            const target = `/tenants/${at === 0 ? 'acme' : 'globex'}/invoices/7`;
            const { connection } = await receivedBy(trial, { token: tokens[at], target });
            used.push(connection);
          }
          const [first, again, other, last] = used;
          return [first, again, last].includes(other) ? 'also by another' : 'never by another';
        },
      },
    ],
  },
  {
    promise: 'P12: what the customer has to sign is signed',
    modes: everywhere,
    cases: [
      {
        title: 'a claimed tenant whose trust is not pinned',
        held: '403 not_countersigned',
        async result(trial) {
          claim(trial);
          const token = granted({ tenant: 'globex' })(trial);
          const sent = { token, target: '/tenants/globex/invoices/7' };
          // The claim reaches the gateway with the feed, before the grant that follows it.
          return outcome(await trial.call(sent));
        },
      },
    ],
  },
  {
    promise: 'P4: a call has one reading',
    modes: everywhere,
    cases: [
      ...['/tenants/acme/../globex/invoices', '/tenants/acme/invoices/%2e%2e', '/tenants/acme//invoices'],
      ...['/tenants/acme/invoices/7%2F8', '/tenants/acme/invoices/7;x=1', '/tenants/acme/invoices/7\\8'],
    ].map((target) => refused(target, '400 ambiguous_request', { target })),
  },
  {
    promise:
      'P9, P13: no spelling of a path runs another listed route of a service that ignores letter case or a suffix',
    modes: everywhere,
    cases: [
      ...['EXPORT', 'Export', 'export.json', 'export%3Bv=1', 'export%20', 'expor%EF%BD%94', '%65xport'].map(
        (spelling) =>
          refused(spelling, '400 ambiguous_request', {
            target: EXPORT_TARGET.replace('export', spelling),
          }),
      ),
      refused('the listed path', '403 insufficient_scope', { target: EXPORT_TARGET }),
      refused('a character that becomes a slash', '400 ambiguous_request', {
        target: '/tenants/acme/invoices/..%EF%BC%8Fpayroll',
      }),
    ],
  },
  {
    promise: 'P4: fields that speak for the gateway come from the gateway',
    modes: everywhere,
    cases: [
      {
        title: 'a caller’s own Countersign-Tenant',
        held: 'acme',
        async result(trial) {
          const { headers } = await receivedBy(trial, { headers: ['Countersign-Tenant', 'globex'] });
          return String(headers['countersign-tenant']);
        },
      },
      {
        title: 'a caller who names them as fields of the connection alone',
        held: 'all five, of acme',
        async result(trial) {
          const names = ['Tenant', 'Requester', 'Grant', 'Record', 'Context'].map(
            (name) => `Countersign-${name}`,
          );
          const { headers } = await receivedBy(trial, {
            headers: ['Connection', `close, ${names.join(', ')}`],
          });
          const missing = names.filter((name) => headers[name.toLowerCase()] === undefined);
          return missing.length === 0
            ? `all five, of ${headers['countersign-tenant']}`
            : `without ${missing}`;
        },
      },
    ],
  },
  {
    promise: 'P11: the token never reaches the service',
    modes: { ...everywhere, authz: { not: 'its configuration removes it' } },
    proxies: 'held',
    cases: [
      {
        title: 'the fields that the service gets',
        modes: ['gateway', 'middleware'],
        held: 'no token',
        result: async (trial) =>
          (await receivedBy(trial, {})).headers.authorization === undefined ? 'no token' : 'the token',
      },
    ],
  },
  {
    promise: 'only listed request headers reach the service',
    modes: {
      gateway: 'held',
      authz: { not: 'all but those that its configuration removes' },
      middleware: { not: 'all but the token' },
    },
    cases: [
      {
        title: 'a header that no route lists',
        modes: ['gateway', 'middleware'],
        held: 'undefined',
        notHeld: 'x',
        result: async (trial) =>
          String((await receivedBy(trial, { headers: ['X-Unlisted', 'x'] })).headers['x-unlisted']),
      },
    ],
  },
  {
    promise: 'P4: no body where the route expects none',
    modes: {
      gateway: 'held',
      authz: { not: 'the proxy forwards it' },
      middleware: { not: 'the service receives it' },
    },
    cases: [
      {
        title: 'GET with a body',
        held: '400 ambiguous_request',
        notHeld: 'allowed',
        result: async (trial) => outcome(await trial.call({ token: granted()(trial), body: 'x' })),
      },
    ],
  },
  {
    promise: 'P5: no call without a durable record, which names the mode',
    modes: everywhere,
    cases: [
      {
        title: 'the record',
        held: (mode) => `recorded as ${mode}`,
        async result(trial) {
          const { headers } = await receivedBy(trial, {});
          const id = headers['countersign-record'];
          const { broker } = trial.world;
          const find = () => broker.recordsOf('allowed').find((record) => record.id === id);
          await until(() => find() !== undefined);
          return `recorded as ${find()?.mode}`;
        },
      },
      {
        title: 'the record of a refusal',
        held: (mode) => `recorded as ${mode}`,
        async result(trial) {
          const { broker } = trial.world;
          const grant = broker.grant();
          await (await trial.call({ token: broker.token(grant), target: '/admin' })).whole;
          const find = () => broker.recordsOf('refused').find((record) => record.grant === grant.id);
          await until(() => find() !== undefined);
          return `recorded as ${find()?.mode}`;
        },
      },
      {
        ...refused('a disk that does not take it', '503 record_unavailable', {}),
        setting: 'broken disk',
      },
    ],
  },
  {
    promise: 'P5: how the call ended is recorded',
    modes: { gateway: 'held', authz: { not: '`unknown`' }, middleware: { not: '`unknown`' } },
    cases: [
      {
        title: 'the outcome',
        held: '200 completed',
        notHeld: 'null unknown',
        async result(trial) {
          const { headers } = await receivedBy(trial, {});
          const id = headers['countersign-record'];
          const { broker } = trial.world;
          const whole = () => broker.recordsOf('allowed').find((record) => record.id === id)?.outcome;
          const end = () => broker.recordsOf('outcome').find((record) => record.id === id);
          await until(() => whole() !== undefined || end() !== undefined);
          return end() === undefined ? `null ${whole()}` : `${end()?.status} ${end()?.outcome}`;
        },
      },
    ],
  },
  {
    promise: 'P6: nothing passes while the gateway is not in touch with its broker',
    modes: everywhere,
    cases: [{ ...refused('before the first contact', '503 not_in_touch', {}), setting: 'never in touch' }],
  },
  {
    promise: 'P6: a stop or lock refuses the next call within a second',
    modes: everywhere,
    cases: [
      stopped('a grant that has ended', '403 grant_ended', ({ world: { broker } }) => {
        const grant = broker.grant();
        broker.end(grant);
        return broker.token(grant);
      }),
      stopped('a lock', '403 locked', ({ world: { broker } }) => {
        const grant = broker.grant();
        const id = grant.id.replace('grt_', 'lck_');
        broker.change({ locks: [{ id, kind: 'grant', name: grant.id, tenant: 'acme' }] });
        return broker.token(grant);
      }),
    ],
  },
  {
    promise: 'P6: a stop cuts responses that are open',
    modes: {
      gateway: 'held',
      authz: { not: 'what the proxy forwards goes on' },
      middleware: { not: 'what the service answers goes on' },
    },
    cases: [
      {
        title: 'a stop during the response',
        modes: ['gateway', 'middleware'],
        held: 'cut',
        notHeld: 'whole',
        async result(trial) {
          const { broker } = trial.world;
          const grant = broker.grant();
          const token = broker.token(grant);
          const open = await trial.call({ token, target: '/tenants/acme/invoices/held' });
          broker.end(grant);
          await until(async () => (await outcome(await trial.call({ token }))) === '403 grant_ended');
          trial.service.release();
          return (await open.whole) ? 'whole' : 'cut';
        },
      },
    ],
  },
  {
    promise: 'a budget of calls',
    modes: everywhere,
    cases: [
      {
        title: 'one call more',
        held: 'allowed, 403 budget_exhausted',
        async result(trial) {
          const token = granted({ budget: { calls: 1 } })(trial);
          const first = await outcome(await trial.call({ token }));
          return `${first}, ${await outcome(await trial.call({ token }))}`;
        },
      },
    ],
  },
  {
    promise: 'a budget of bytes',
    modes: gatewayOnly('insufficient_scope'),
    cases: [
      {
        title: 'a call within it',
        held: 'allowed',
        result: async (trial) =>
          outcome(await trial.call({ token: granted({ budget: { bytes: 1_000 } })(trial) })),
      },
    ],
  },
  {
    promise: 'one approved change',
    modes: gatewayOnly('insufficient_scope'),
    cases: [
      {
        title: 'the change itself',
        held: 'allowed',
        async result(trial) {
          const bodySha256 = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
          const change = { method: 'PATCH', path: DEFAULT_TARGET, bodySha256 };
          const token = granted({ change })(trial);
          return outcome(await trial.call({ token, method: 'PATCH', body: 'abc' }));
        },
      },
    ],
  },
  {
    promise: 'a service that says whose data it is (`tenantFrom: service`)',
    modes: gatewayOnly('insufficient_scope'),
    cases: [
      {
        title: 'a response that names no tenant',
        setting: 'tenant from service',
        held: '502 tenant_not_confirmed',
        result: async (trial) =>
          outcome(await trial.call({ token: granted()(trial), target: '/invoices/7' })),
      },
    ],
  },
  {
    promise: 'the record of a download has the hash of what was sent (`download`)',
    modes: gatewayOnly('insufficient_scope'),
    cases: [
      {
        title: 'a file',
        held: 'allowed',
        async result(trial) {
          const said = await outcome(await trial.call({ token: granted()(trial), target: DOWNLOAD_TARGET }));
          if (said === 'allowed')
            await until(() =>
              trial.world.broker.recordsOf('outcome').some(({ sentSha256 }) => sentSha256 !== undefined),
            );
          return said;
        },
      },
    ],
  },
  {
    promise: 'presigned links in an answer never reach the engineer (`presigned`)',
    modes: gatewayOnly('insufficient_scope'),
    cases: [
      {
        title: 'an answer that has to be read',
        // The service of this suite answers without links: what cannot be read is withheld.
        held: '502 answer_withheld',
        result: async (trial) => outcome(await trial.call({ token: granted()(trial), target: LINKS_TARGET })),
      },
    ],
  },
  {
    promise: 'fields that a route hides never leave (`mask`)',
    modes: gatewayOnly('insufficient_scope'),
    cases: [
      {
        title: 'a card’s number',
        held: 'hidden',
        async result(trial) {
          const answer = await trial.call({ token: granted()(trial), target: `${DEFAULT_TARGET}/card` });
          const said = await outcome(answer);
          if (said !== 'allowed') return said;
          return (await answer.text).includes(CARD_NUMBER) ? 'shown' : 'hidden';
        },
      },
    ],
  },
  {
    promise: 'of GraphQL in an address (`GET`) only listed persisted operations pass (`graphql`)',
    modes: everywhere,
    cases: [
      {
        title: 'a listed one',
        held: 'allowed',
        result: async (trial) =>
          outcome(await trial.call({ token: granted()(trial), target: LISTED_TARGET })),
      },
      refused('another tenant', '403 insufficient_scope', {
        target: LISTED_TARGET.replace('acme', 'globex'),
      }),
      refused('one that no route lists', '403 route_not_listed', {
        target: `${GRAPHQL_TARGET}?${operation('6'.repeat(64))}`,
      }),
      refused('an ad-hoc query', '400 operation_refused', { target: `${GRAPHQL_TARGET}?query=%7Bx%7D` }),
      {
        // A gateway that forwards the call sees that it has no body.
        ...refused('a listed one, and a body that may be a query', '403 insufficient_scope', {
          target: LISTED_TARGET,
          headers: ['Content-Type', 'application/json'],
          body: '{"query":"{x}"}',
        }),
        modes: ['authz', 'middleware'],
      },
    ],
  },
  {
    promise: 'of GraphQL in a body (`POST`) only listed persisted operations pass (`graphql`)',
    modes: gatewayOnly('insufficient_scope'),
    cases: [
      {
        title: 'a listed one',
        held: 'allowed',
        async result(trial) {
          const members = { documentId: `sha256:${graphql.sha256}`, variables: { id: '7' } };
          return outcome(await trial.call({ token: granted()(trial), ...posted(members) }));
        },
      },
      refused('an ad-hoc query', '400 operation_refused', posted({ query: '{x}' })),
    ],
  },
  {
    promise: 'calls at once per grant and service are bounded',
    modes: { gateway: 'held', authz: { not: 'not counted' }, middleware: { not: 'not counted' } },
    cases: [
      {
        title: 'a second one',
        setting: 'one call at once',
        held: '429 rate_limited',
        notHeld: 'allowed',
        async result(trial) {
          const token = granted()(trial);
          const open = await trial.call({ token, target: '/tenants/acme/invoices/held' });
          const said = await outcome(await trial.call({ token }));
          trial.service.release();
          await open.whole;
          return said;
        },
      },
    ],
  },
  {
    promise: 'the service can verify each call by `Countersign-Context`, once',
    modes: everywhere,
    cases: [
      {
        title: 'the context that the service gets',
        held: 'acme, then replayed',
        async result(trial) {
          const { method, target, headers } = await receivedBy(trial, {});
          const verify = contextVerifier({ audience: 'billing', gateways: [trial.world.gateway.url] });
          const request = { method, url: target, headers } as IncomingMessage;
          const { tenant } = await verify(request);
          const again = await verify(request).catch(({ reason }: { reason: string }) => reason);
          return `${tenant}, then ${String(again)}`;
        },
      },
    ],
  },
  {
    promise: 'a tenant that requires the gateway (`requireGateway`)',
    modes: gatewayOnly('gateway_required'),
    cases: [
      {
        title: 'a call that is granted',
        held: 'allowed',
        async result(trial) {
          const token = granted({ tenant: 'initech' })(trial);
          return outcome(await trial.call({ token, target: '/tenants/initech/invoices/7' }));
        },
      },
    ],
  },
];

/** A service whose paths name no tenant, so that it has to name the tenant in its responses. */
export const withTenantFromService = (upstream: string): ServiceDefinition => ({
  ...{ name: 'billing', upstream, audience: 'billing', tenantFrom: 'service' },
  routes: [{ method: 'GET', path: '/invoices/{id}', resource: 'invoices/{id}', action: 'read' }],
});
