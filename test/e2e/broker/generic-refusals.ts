import { request as httpRequest } from 'node:http';
import { createScimToken, hasPermission, type Organisation, type Person } from '@countersign/access';
import type { ErrorCode } from '@countersign/api';
import type { Permission } from '@countersign/contract';
import { MESSAGE_SIGNATURE_HEADER, signMessage } from '@countersign/gateway-protocol';
import { permissionOf } from '../../../apps/broker/src/http/endpoint.js';
import type { BrokerRoute } from '../../../apps/broker/src/openapi/routes.js';
import { type PersonName, personNames } from '../../factories/organisation.js';
import { gatewayIdentity } from '../../support/record-chain.js';
import type { CallOptions, TestBroker } from '../harness.js';
import { TABLE, type Target } from './matrix-rows.js';

/** Globex has a provider that sends security events, and a SCIM client. Acme, which the matrix is about, has neither. */
export function provisioned(file: Organisation): void {
  const [, globex] = file.tenants;
  const issuer = 'https://globex.example';
  globex!.oidc = { issuer, clientId: 'countersign', clientSecretFile: '/none' };
  globex!.signals = { issuer };
  globex!.scim = { groups: {} };
}

/** The status of an answer, and its code if it is a problem of ours. */
export interface Refused {
  status: number;
  body: unknown;
}

/** What the calls of a spec share: a broker, and credentials of each kind of caller. */
export class Callers {
  private constructor(
    readonly broker: TestBroker,
    private readonly people: Readonly<Record<PersonName, Person>>,
    readonly gateway: string,
    private readonly sign: (path: string, body: unknown) => string,
    readonly client: string,
  ) {}

  static async of(broker: TestBroker): Promise<Callers> {
    const people = await Promise.all(
      personNames.map(
        async (name) =>
          [
            name,
            await broker.host.store.directory.read((unit) => unit.organisation.person(broker.persons[name])),
          ] as const,
      ),
    );
    const { credential, bearer: gateway } = await broker.enrolGateway('refusals');
    const { publicKey, privateKey } = gatewayIdentity();
    const headers = { authorization: gateway };
    await broker.fetch('POST', '/gateway/v1/identity', { body: { publicKey }, headers });
    const sign = (path: string, body: unknown) =>
      signMessage({ gateway: credential.gateway, path, body }, privateKey);
    const { token } = await createScimToken(broker.host, 'globex', 3_600);
    return new Callers(
      broker,
      Object.fromEntries(people) as Record<PersonName, Person>,
      gateway,
      sign,
      `Bearer ${token}`,
    );
  }

  /** Credentials that the endpoint admits. People use a browser in which they have just signed in, the strongest sign-in. */
  async admitted({ endpoint }: BrokerRoute): Promise<Record<string, string>> {
    const { callers } = endpoint;
    if ('provisioners' in callers) return { authorization: this.client };
    if ('gateways' in callers) return { authorization: this.gateway };
    const permission = permissionOf(callers);
    if (permission === null) return this.fromPage();
    return this.signedIn(this.personWith(permission));
  }

  personWith(permission: Permission): PersonName {
    const who = personNames.find((name) => hasPermission(this.people[name], permission));
    if (who === undefined) throw new Error(`no one has ${permission}`);
    return who;
  }

  async signedIn(who: PersonName, at?: Date): Promise<Record<string, string>> {
    return { ...this.fromPage(), cookie: await this.broker.sessionOf(who, 'oidc', at) };
  }

  /** Calls as the enrolled gateway, which signs the body. */
  fromGateway(path: string, body: unknown): Promise<Refused> {
    const headers = { authorization: this.gateway, [MESSAGE_SIGNATURE_HEADER]: this.sign(path, body) };
    return this.broker.fetch('POST', path, { body, headers });
  }

  fromPage(): Record<string, string> {
    return { origin: this.broker.environment.publicUrl, 'sec-fetch-site': 'same-origin' };
  }

  /** Credentials of a kind that the endpoint is not for. */
  async foreign({ endpoint: { callers } }: BrokerRoute): Promise<Record<string, string>> {
    if ('everyone' in callers) return {};
    if ('gateways' in callers && 'people' in callers) return { authorization: this.client };
    if ('people' in callers) return { authorization: this.gateway };
    return { authorization: `Bearer ${this.broker.keys.engineer}` };
  }

  /** A valid call of the endpoint, as in the matrix. */
  async target(route: BrokerRoute): Promise<Target> {
    const row = TABLE.find(({ endpoint }) => endpoint === route.endpoint.route);
    if (row === undefined) throw new Error(`${route.endpoint.route} has no row in the matrix`);
    return row.target(this.broker);
  }
}

/** Something well-formed that does not exist, for each parameter of a path. An id has the prefix of the valid one. */
const UNKNOWN: Readonly<Record<string, string>> = {
  slug: 'nowhere',
  name: 'no-such-service',
  credential: 'B'.repeat(22),
  day: '2001-01-01',
  period: '2001-H1',
  figure: 'no.such.figure',
  side: 'nowhere',
  index: '999999',
  path: '0/999',
  sha256: '0'.repeat(64),
  part: 'NoSuchPart',
};
const NO_ONE = '00000000-0000-7000-8000-000000000000';

/** The address with something unknown as its last parameter. */
function elsewhere(path: string, sent: string): string {
  const [address = '', query] = sent.split('?');
  const [names, values] = [path.split('/'), address.split('/')];
  const at = names.findLastIndex((name) => name.startsWith('{'));
  if (at < 0) throw new Error(`${path} has no parameter`);
  const name = (names[at] ?? '').slice(1, -1);
  const id = `${/^[a-z]{3}(?=_)/.exec(values[at] ?? '')?.[0] ?? 'usr'}_${NO_ONE}`;
  const rest = name === 'path' ? [] : values.slice(at + 1);
  const full = [...values.slice(0, at), UNKNOWN[name] ?? id, ...rest].join('/');
  return query === undefined ? full : `${full}?${query}`;
}

/** Any address of the endpoint, for calls that are refused before it is read. */
const anywhere = (path: string): string =>
  path
    .replace('{slug}', 'acme')
    .replace('{side}', 'globex')
    .replaceAll('{id}', `usr_${NO_ONE}`)
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => UNKNOWN[name] ?? name);

const typeOf = ({ endpoint: { body } }: BrokerRoute): string =>
  body?.form === true ? 'application/x-www-form-urlencoded' : (body?.type ?? 'application/json');

const sentBody = (route: BrokerRoute, { body, form }: Target): CallOptions => {
  if (form !== undefined)
    return { raw: String(new URLSearchParams(form)), headers: { 'content-type': typeOf(route) } };
  return body === undefined ? {} : { body };
};

/** Sends `Authorization` twice, which `fetch` cannot. */
function sendTwice({ url }: TestBroker, { method, path }: BrokerRoute): Promise<Refused> {
  return new Promise((resolve, reject) => {
    const headers = ['Host', 'localhost', 'Authorization', 'Bearer x', 'Authorization', 'Bearer y'];
    const sent = httpRequest(`${url}${anywhere(path)}`, { method, headers });
    sent.on('response', (answer) => {
      let text = '';
      answer.on('data', (bytes: Buffer) => {
        text += String(bytes);
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

const MEBIBYTE = 1024 * 1024;

/** How any endpoint that documents a code can be brought to answer it. */
export const GENERIC: Partial<
  Readonly<Record<ErrorCode, (route: BrokerRoute, callers: Callers) => Promise<Refused>>>
> = {
  async invalid_request(route, callers) {
    const { method, endpoint } = route;
    const { broker } = callers;
    const path = anywhere(route.path);
    if (endpoint.body !== undefined) {
      const headers = { ...(await callers.admitted(route)), 'content-type': typeOf(route) };
      return broker.fetch(method, path, { raw: endpoint.body.form === true ? 'x=%' : '{"', headers });
    }
    const read = endpoint.query?.safeParse({ surprise: '1' });
    if (read?.error?.issues.some(({ code }) => code === 'unrecognized_keys') === true)
      return broker.fetch(method, `${path}?surprise=1`, { headers: await callers.admitted(route) });
    return sendTwice(broker, route);
  },

  async invalid_cursor(route, callers) {
    const { path } = await callers.target(route);
    const headers = await callers.admitted(route);
    const query = `${path.includes('?') ? '&' : '?'}cursor=nonsense`;
    return callers.broker.fetch(route.method, path + query, { headers });
  },

  unauthenticated: ({ method, path }, { broker }) => broker.fetch(method, anywhere(path)),

  async forbidden(route, callers) {
    return callers.broker.fetch(route.method, anywhere(route.path), {
      headers: await callers.foreign(route),
    });
  },

  async not_found(route, callers) {
    const target = await callers.target(route);
    const { headers, ...sent } = sentBody(route, target);
    return callers.broker.fetch(route.method, elsewhere(route.path, target.path), {
      ...sent,
      headers: { ...headers, ...(await callers.admitted(route)) },
    });
  },

  async body_too_large(route, callers) {
    const headers = { ...(await callers.admitted(route)), 'content-type': typeOf(route) };
    const raw = Buffer.alloc((route.endpoint.body?.maxBytes ?? MEBIBYTE) + 1, ' ');
    return callers.broker.fetch(route.method, anywhere(route.path), { raw, headers });
  },

  /** A sign-in of an hour ago. */
  async fresh_sign_in_required(route, callers) {
    const { broker } = callers;
    const permission = permissionOf(route.endpoint.callers);
    if (permission === null) throw new Error(`${route.endpoint.route} is not for people`);
    const anHourAgo = new Date(broker.clock.now().getTime() - 3_600_000);
    const target = await callers.target(route);
    return broker.fetch(route.method, target.path, {
      ...sentBody(route, target),
      headers: await callers.signedIn(callers.personWith(permission), anHourAgo),
    });
  },

  async idempotency_key_reused(route, { broker }) {
    for (const { endpoint, but = {}, target } of TABLE) {
      const who = personNames.find((name) => but[name]?.startsWith('2') === true);
      if (endpoint === route.endpoint.route && who !== undefined)
        return reuseKey(broker, who, await target(broker));
    }
    throw new Error(`no one succeeds with ${route.endpoint.route}`);
  },

  unsupported_form: ({ method, path }, { broker, gateway }) =>
    broker.fetch(method, anywhere(path), {
      headers: {
        authorization: gateway,
        'countersign-version': '99.0.0',
        'countersign-forms': 'feed=99, new=99',
      },
    }),
};

/** Sends the same key with another body, after a call that succeeded. Bodies are compared byte by byte. */
export async function reuseKey(
  broker: TestBroker,
  who: PersonName,
  { path, body = {} }: Target,
): Promise<Refused> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': path };
  const raw = JSON.stringify(body);
  const first = await broker.call(who, 'POST', path, { raw, headers });
  if (first.status >= 300) throw new Error(`the first call is refused: ${first.text}`);
  return broker.call(who, 'POST', path, { raw: `${raw} `, headers });
}

/** Two calls within a minute, at a broker that allows one. */
export async function callTwice(broker: TestBroker, { method, path }: BrokerRoute): Promise<Refused> {
  await broker.page(null, method, anywhere(path));
  return broker.page(null, method, anywhere(path));
}
