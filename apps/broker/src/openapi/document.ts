import { STATUS_CODES } from 'node:http';
import { permissionRow } from '@countersign/access';
import { type Callers, components, type Endpoint, type ErrorCode, STATUS_OF_CODE } from '@countersign/api';
import { INSTANT } from '@countersign/contract';
import { z } from 'zod';
import { SESSION_COOKIE } from '../http/cookies.js';
import { permissionOf } from '../http/endpoint.js';
import { exampleOf, type Schemas, withExamples } from './examples.js';
import { pathParameters } from './path-parameters.js';
import type { BrokerRoute } from './routes.js';

type Json = Record<string, unknown>;

const REF = '#/components/schemas/';

/** In the order in which a reader needs them; named after the controllers. */
const TAGS: Readonly<Record<string, string>> = {
  Requests: 'Requesting access, reviewing and cancelling requests.',
  Grants: 'Access that full approval has created.',
  BrowserSessions: 'Opening a service’s own pages with a grant: what gateways ask.',
  Evaluation: 'AuthZEN decisions for a grant.',
  Disclosures: 'What the vendor explains after an emergency.',
  GrantDisclosure: 'The explanation of one emergency.',
  Incidents: 'The same access, requested of several tenants at once.',
  Invitations: 'Access that the customer invites to in advance.',
  Locks: 'Blocking a tenant, a person or a service at once.',
  Logs: 'Events and recorded calls of a tenant.',
  Exports: 'A log in the formats of SIEMs, and where it is streamed to.',
  ExportTargets: 'Receivers to which a log is streamed.',
  Evidence: 'Everything about a period for an auditor, with proofs.',
  LogFiles: 'A log with its proofs, to follow with one’s own tools.',
  LogKeeping: 'Erasing personal values, legal holds, and how a log is kept.',
  Demands: 'Government demands, entered by the vendor’s legal counsel.',
  Statements: 'Signed statements of every access in a span.',
  Services: 'Services that access can be requested to.',
  Whoami: 'Who is signed in.',
  OwnKeys: 'API keys for one’s own programs.',
  Preferences: 'What people choose about their messages.',
  PushSubscriptions: 'Browsers in which people are notified.',
  Templates: 'Templates of requests that a person has saved.',
  SignIn: 'Signing in, with the organisation’s provider or a mailed code.',
  CliLogin: 'Signing in a command line.',
  Signals: 'Security events of the sides’ providers.',
  ScimUsers: 'SCIM 2.0: the people of a side, kept by its provider.',
  ScimGroups: 'SCIM 2.0: groups of people that give roles.',
  ScimDiscovery: 'SCIM 2.0: what is supported.',
  SlackInstall: 'Installing the app in a Slack workspace.',
  SlackLink: 'Linking a person’s Slack account.',
  Session: 'Signed-in browsers and command lines.',
  People: 'Whom an id belongs to.',
  TenantPeople: 'The people of a tenant, managed by its own admins.',
  Passkeys: 'The passkeys and recovery keys of a customer’s people.',
  Trust: 'The document of people, keys and rules that a customer signs and gateways pin.',
  Stops: 'A customer’s own signed stops.',
  PrivacyControls: 'A customer’s own policy.',
  Widenings: 'Changes of that policy that allow more, and so wait.',
  DecisionTimes: 'How long a customer takes to decide.',
  Organisation: 'Names of the vendor and its customers.',
  OrganisationFile:
    'Services, customers, staff and rules in force, and what a new organisation file would change.',
  Gateways: 'The enrolled gateways.',
  Transparency: 'Half-yearly reports: government demands, and access.',
  OwnReports: 'A tenant’s own half-yearly report.',
  Isolation: 'The nightly test that no customer reads another one’s data.',
  Standing: 'Every way in that is open.',
  BypassReports: 'Calls that bypassed the gateway.',
  NoticeAddresses: 'Mailboxes of a customer that get notices.',
  Practices: 'Practice requests, which show that a customer’s approvers can still approve.',
  AccessReviews: 'The quarterly review in which a customer confirms or ends everything that lets someone in.',
  Notices: 'Notices to people and programs, and their deliveries.',
  Stream: 'Events as they happen.',
  Oauth: 'Introspection and revocation of grant tokens.',
  Jwks: 'Keys that verify grant tokens.',
  Gateway: 'For enrolled gateways.',
  Leases: 'Shares of budgets, for enrolled gateways.',
  RelayedStops: 'Stops that customers handed to a gateway.',
  Heads: 'Whose chains gateways sign although they have recorded nothing.',
  Pins: 'What gateways have pinned.',
  Health: 'For the people who run the broker.',
  Docs: 'This document.',
};

/** The OpenAPI 3.1 document, built from the routes and their endpoints in libs/api. */
export function openApiDocument(routes: readonly BrokerRoute[]): Json {
  const schemas = componentSchemas();
  const paths: Record<string, Json> = {};
  for (const route of routes)
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: operation(route, schemas),
    };
  const tags = Object.keys(TAGS).filter((tag) => routes.some((route) => route.tag === tag));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Countersign broker',
      version: '1.0.0',
      description:
        'Just-in-time access with a customer lockbox: request, review, countersign, work through the gateway, stop.',
      contact: { name: 'The operator of this broker' },
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
    tags: tags.map((name) => ({ name, description: TAGS[name] })),
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    webhooks: { notice: { post: WEBHOOK } },
    components: { schemas: withExamples(schemas), securitySchemes: SECURITY },
  };
}

const SECURITY = {
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'A person’s API key `csk_…`, or the credential of `countersign login`, `css_…`.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description:
      'A signed-in browser. Calls that change something need the `Origin` of the broker’s own pages.',
  },
  scim: {
    type: 'http',
    scheme: 'bearer',
    description: 'The SCIM client of one side: `csm_…`, made by `countersign scim create`.',
  },
  gateway: {
    type: 'http',
    scheme: 'bearer',
    description: 'An enrolled gateway: `gtw_….SECRET`, or its credential `csg_…` as it was printed.',
  },
};

/** What vendors and customers receive at the addresses of their webhooks. */
const WEBHOOK = {
  operationId: 'notice',
  tags: ['Notices'],
  security: [],
  summary: 'A notice about a request, a grant or a lock',
  description:
    'Signed as Standard Webhooks 1.0 says: `webhook-signature` over `webhook-id`, `webhook-timestamp` and the body, with the secret of the address. It is sent again until it is answered 2xx, and never after 410.',
  parameters: [
    header('webhook-id', 'The same for every attempt.', 'ntc_0199f0a0-7b2c-7001-8000-000000000001'),
    header('webhook-timestamp', 'When this attempt was made, in seconds since 1970.', '1795532400'),
    header(
      'webhook-signature',
      '`v1,` and the HMAC-SHA256 in base64.',
      'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
    ),
  ],
  requestBody: {
    required: true,
    content: { 'application/json': { schema: { $ref: `${REF}WebhookMessage` } } },
  },
  responses: {
    '2XX': { description: 'Received.' },
    '410': { description: 'The receiver wants no further messages.' },
  },
};

function header(name: string, description: string, example: string): Json {
  return { name, in: 'header', required: true, description, schema: { type: 'string' }, example };
}

function componentSchemas(): Schemas {
  const { schemas } = z.toJSONSchema(components, {
    uri: (id) => `${REF}${id}`,
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const description = components.get(zodSchema as unknown as z.ZodType)?.description;
      if (description !== undefined) jsonSchema.description ??= description;
      // In what people sign, an instant is described by its pattern alone.
      if (jsonSchema.pattern === INSTANT.source) jsonSchema.format = 'date-time';
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _schema, $id: _id, id: _name, ...schema }]) => [id, schema]),
  );
}

function schemaOf(schema: z.ZodType): Json {
  const id = components.get(schema)?.id;
  if (id !== undefined) return { $ref: `${REF}${id}` };
  const { $schema: _schema, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return json;
}

function operation(route: BrokerRoute, schemas: Schemas): Json {
  const { endpoint } = route;
  return {
    operationId: route.handler.replace('Controller.', '_'),
    tags: [route.tag],
    summary: endpoint.summary,
    ...(endpoint.description === undefined ? {} : { description: endpoint.description }),
    security: securityOf(endpoint.callers),
    ...authorizationOf(endpoint.callers),
    ...listOf('parameters', [
      ...pathParameters(route.path),
      ...queryParameters(endpoint, schemas),
      ...headers(endpoint),
    ]),
    ...requestBody(endpoint, schemas),
    responses: {
      [endpoint.answer.status]: success(endpoint, schemas),
      ...(endpoint.redirect === undefined
        ? {}
        : { [endpoint.redirect.status]: { description: endpoint.redirect.description } }),
      ...problems(errorCodesOf(route), endpoint),
    },
  };
}

const listOf = (name: string, items: Json[]): Json => (items.length === 0 ? {} : { [name]: items });

function securityOf(callers: Callers): Json[] {
  if ('provisioners' in callers) return [{ scim: [] }];
  const gateways = 'gateways' in callers ? [{ gateway: [] }] : [];
  const people = permissionOf(callers) === null ? [] : [{ apiKey: [] }, { session: [] }];
  return [...gateways, ...people];
}

/** What the caller's roles must carry and how strongly they must have signed in; docs/security/authorization.md explains both. */
function authorizationOf(callers: Callers): Json {
  const permission = permissionOf(callers);
  if (permission === null) return {};
  return { 'x-permission': permission, 'x-sign-in': permissionRow(permission).signIn };
}

function queryParameters({ query }: Endpoint, schemas: Schemas): Json[] {
  return Object.entries(query?.shape ?? {}).map(([name, shape]) => {
    const ownSchema = withNumbers(schemaOf(shape as z.ZodType));
    const { description, examples: _examples, ...schema } = ownSchema;
    const required = (shape as z.ZodType)._zod.optin !== 'optional';
    const example = exampleOf(ownSchema, schemas, name);
    return { name, in: 'query', required, description, schema, example };
  });
}

/** The schema of a number in a query is a text with a pattern. The document describes it as a number. */
function withNumbers(schema: Json): Json {
  if (schema['type'] !== 'integer') return schema;
  const { pattern: _pattern, default: standard, ...rest } = schema;
  return standard === undefined ? rest : { ...rest, default: Number(standard) };
}

function headers({ idempotent }: Endpoint): Json[] {
  if (idempotent !== true) return [];
  const description = 'A repeated call within 24 hours changes nothing and gets the first answer.';
  const schema = { type: 'string', minLength: 1, maxLength: 255 };
  const example = '2b1f6f2e-4c0e-4d6e-9f0a-6a1c7c6b7d10';
  return [{ name: 'Idempotency-Key', in: 'header', required: false, description, schema, example }];
}

function requestBody({ body }: Endpoint, schemas: Schemas): Json {
  if (body === undefined) return {};
  const type = body.form === true ? 'application/x-www-form-urlencoded' : (body.type ?? 'application/json');
  return {
    requestBody: { required: body.optional !== true, content: { [type]: media(body.schema, schemas) } },
  };
}

/** A body with an example, unless it is a named schema, which has its own. */
function media(schema: z.ZodType, schemas: Schemas): Json {
  const json = schemaOf(schema);
  return '$ref' in json ? { schema: json } : { schema: json, example: exampleOf(json, schemas) };
}

function success({ answer }: Endpoint, schemas: Schemas): Json {
  const { description, schema, type } = answer;
  if (schema === undefined && type === undefined) return { description };
  const content = schema === undefined ? { schema: { type: 'string' } } : media(schema, schemas);
  const types = [type ?? 'application/json'].flat();
  return { description, content: Object.fromEntries(types.map((each) => [each, content])) };
}

/** Every error code that an endpoint documents: those of its `errors`, and those of all endpoints of its kind. */
export function errorCodesOf({ endpoint, tag }: BrokerRoute): ErrorCode[] {
  const { callers } = endpoint;
  return [
    'invalid_request',
    ...(endpoint.body === undefined ? [] : (['body_too_large'] as const)),
    ...(endpoint.idempotent === true ? (['idempotency_key_reused'] as const) : []),
    ...('everyone' in callers ? [] : (['unauthenticated', 'forbidden', 'not_ready'] as const)),
    ...('gateways' in callers && permissionOf(callers) === null ? (['unsupported_form'] as const) : []),
    ...(tag === 'Health' ? [] : (['rate_limited'] as const)),
    'internal_error',
    ...(endpoint.errors ?? []),
  ];
}

/** One response for each status. It lists the codes that have this status. */
function problems(codes: readonly ErrorCode[], { errorBody }: Endpoint): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes))
    byStatus.set(STATUS_OF_CODE[code], [...(byStatus.get(STATUS_OF_CODE[code]) ?? []), code]);
  const entries = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    entries.map(([status, own]) => [
      status,
      {
        description: `${STATUS_CODES[status] ?? 'Error'}: ${own.map((code) => `\`${code}\``).join(', ')}`,
        content: {
          'application/problem+json': {
            schema: {
              allOf: [
                { $ref: `${REF}Problem` },
                { type: 'object', properties: { code: { type: 'string', enum: own } } },
              ],
            },
          },
          ...(errorBody === undefined ? {} : { [errorBody.type]: { schema: schemaOf(errorBody.schema) } }),
        },
      },
    ]),
  );
}
