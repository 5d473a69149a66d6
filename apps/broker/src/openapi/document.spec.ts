import type { Notice } from '@countersign/access';
import * as api from '@countersign/api';
import { INSTANT } from '@countersign/contract';
import type { Type } from '@nestjs/common';
import { CONTROLLERS } from '../broker.module.js';
import { gatewayApiEndpoints } from '../gateway-api/gateway-endpoints.js';
import { writeMessage } from '../notices/webhook-channel.js';
import { openApiDocument } from './document.js';
import { routesOf } from './routes.js';

type Json = Record<string, unknown>;
interface Operation {
  operationId: string;
  security: unknown[];
  tags: string[];
  description?: string;
  responses: Record<string, Json>;
  parameters?: Parameter[];
}
interface Parameter {
  name: string;
  in: string;
  description?: string;
  schema: Json;
  example?: unknown;
}

const routes = CONTROLLERS.flatMap((controller) => routesOf(controller as Type));
const document = openApiDocument(routes) as {
  openapi: string;
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, Json>;
  components: { schemas: Record<string, Json> };
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** What callers send, with its example. */
function bodies() {
  return routes.flatMap(({ endpoint, path, method }) => {
    const { body } = endpoint;
    const operation = document.paths[path]?.[method.toLowerCase()] as unknown as {
      requestBody?: { content: Record<string, { schema: Json; example?: unknown }> };
    };
    const [media] = Object.values(operation.requestBody?.content ?? {});
    if (body === undefined || media === undefined) return [];
    const id = String(media.schema['$ref']).split('/').at(-1) ?? '';
    const [named] = (document.components.schemas[id]?.['examples'] ?? []) as unknown[];
    const example = media.example ?? named;
    // A form holds text.
    const sent =
      body.form === true
        ? JSON.parse(JSON.stringify(example), (_, value) =>
            typeof value === 'number' ? String(value) : value,
          )
        : example;
    return [{ route: `${method} ${path}`, schema: body.schema, example: sent }];
  });
}

/** Every text in a schema, with the name of its member. A text in a list has the name of the list. */
function textsOf(schema: unknown, name = ''): { name: string; schema: Json }[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = (schema as Json)['type'] === 'string' ? [{ name, schema: schema as Json }] : [];
  const members = Object.entries((schema as Json)['properties'] ?? {});
  const parts = Object.entries(schema).filter(([key]) => key !== 'properties');
  return [
    ...own,
    ...members.flatMap(([member, value]) => textsOf(value, member)),
    ...parts.flatMap(([, value]) => textsOf(value, name)),
  ];
}

describe('the OpenAPI document', () => {
  test('is of version 3.1 and names each operation once', () => {
    expect(document.openapi).toBe('3.1.0');
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('the broker serves exactly the endpoints that libs/api and the gateway API declare', () => {
    const groups = Object.entries(api).flatMap(([name, group]) =>
      name.endsWith('Endpoints') ? [group] : [],
    );
    const declared = [...groups, gatewayApiEndpoints].flatMap((group) =>
      Object.values(group as Record<string, api.Endpoint>).map(({ route }) => route),
    );
    const served = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(declared.sort()).toEqual(served.sort());
  });

  test('every reference leads somewhere, and every component is used', () => {
    const text = JSON.stringify(document);
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(document.components.schemas).sort());
    expect(text).not.toContain('$defs');
  });

  test('every operation has a described tag, a description, and an answer that is no error', () => {
    const tags = new Set(document.tags.map(({ name }) => name));
    for (const { operation } of operations) {
      const { operationId, tags: own, description = '', responses } = operation;
      expect([operationId, own.every((tag) => tags.has(tag)), description === '']).toEqual([
        operationId,
        true,
        false,
      ]);
      expect(Object.keys(responses).some((status) => /^[23]/.test(status))).toBe(true);
    }
  });

  test('every schema and every parameter is described', () => {
    const silent = Object.entries(document.components.schemas).filter(([, schema]) => !schema['description']);
    expect(silent.map(([id]) => id)).toEqual([]);
    for (const { operation } of operations)
      expect((operation.parameters ?? []).filter(({ description }) => !description)).toEqual([]);
  });

  test('every schema has an example, and what a caller may send is accepted as its example shows', () => {
    expect(Object.values(document.components.schemas).filter((schema) => !('examples' in schema))).toEqual(
      [],
    );
    const refused = bodies().flatMap(({ route, schema, example }) => {
      const { success, error } = schema.safeParse(example);
      return success ? [] : [`${route}: ${error.issues.map(({ path }) => path.join('.')).join(', ')}`];
    });
    expect(refused).toEqual([]);
  });

  test('every parameter has an example, and the broker accepts each query as its examples show', () => {
    const webhook = document.webhooks['notice']?.['post'] as Operation;
    const all = [...operations.map(({ operation }) => operation), webhook];
    const without = all.flatMap(({ operationId, parameters = [] }) =>
      parameters.filter(({ example }) => example === undefined).map(({ name }) => `${operationId} ${name}`),
    );
    expect(without).toEqual([]);
    const refused = routes.flatMap(({ endpoint, path, method }) => {
      const { query } = endpoint;
      const operation = document.paths[path]?.[method.toLowerCase()];
      return (operation?.parameters ?? []).flatMap(({ name, in: place, example }) =>
        place !== 'query' || query?.shape[name]?.safeParse(String(example)).success === true
          ? []
          : [`${method} ${path} ${name}: ${example}`],
      );
    });
    expect(refused).toEqual([]);
  });

  test('numbers are numbers, and instants are instants', () => {
    const of = (name: string) =>
      operations.flatMap(({ operation }) => operation.parameters ?? []).filter((each) => each.name === name);
    expect(of('limit').length).toBeGreaterThan(10);
    for (const name of ['limit', 'startIndex', 'count', 'port'])
      for (const { schema } of of(name)) expect(schema).toMatchObject({ type: 'integer' });
    for (const { schema } of [...of('from'), ...of('to')])
      expect(schema).toMatchObject({ format: 'date-time' });
    const instants = textsOf(document.components.schemas).filter(
      ({ schema }) => schema['pattern'] === INSTANT.source,
    );
    expect(instants.length).toBeGreaterThan(10);
    expect(instants.filter(({ schema }) => schema['format'] !== 'date-time')).toEqual([]);
    const days = textsOf(document.components.schemas['PrivacyControls']).filter(
      ({ schema }) => schema['format'] === 'date',
    );
    expect(days.map(({ name }) => name)).toEqual(expect.arrayContaining(['from', 'to', 'quietDays']));
  });

  test('the webhook’s message is described as it is sent', () => {
    const example = document.components.schemas['WebhookMessage']?.['examples'] as unknown[];
    const sent = writeMessage(
      {
        notice: {
          id: 'ntc_1',
          kind: 'grant.started',
          tenant: 'acme',
          subject: 'grt_1',
          at: '2026-11-24T15:00:00Z',
        } as unknown as Notice,
        request: null,
        waiting: null,
        log: { epoch: 1, size: 1, root: '' },
      },
      'https://countersign.example',
    );
    expect(api.webhookMessageSchema.parse(JSON.parse(sent))).toEqual(JSON.parse(sent));
    expect(api.webhookMessageSchema.safeParse(example[0]).success).toBe(true);
    expect(document.webhooks['notice']).toMatchObject({ post: { requestBody: { required: true } } });
  });

  test('every parameter in a path is described', () => {
    for (const { path, operation } of operations) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = (operation.parameters ?? [])
        .filter((each) => each.in === 'path')
        .map((each) => each.name);
      expect(described).toEqual(names);
    }
  });

  test('what is not public says 401 and 403 and which credentials open it', () => {
    for (const { operation } of operations) {
      // Sign-ins are open, and answer 401 and 403 to what is shown in their bodies.
      if (/^(SignIn|CliLogin)_/.test(operation.operationId)) continue;
      const closed = operation.security.length > 0;
      expect('401' in operation.responses).toBe(closed);
      expect('403' in operation.responses).toBe(closed);
    }
  });

  test('a review’s every refusal is listed', () => {
    const text = JSON.stringify(document.paths['/api/v1/requests/{id}/reviews']);
    for (const code of [
      'digest_mismatch',
      'already_decided',
      'wrong_state',
      'self_review',
      'channel_not_allowed',
      'countersignature_required',
      'reason_required',
      'idempotency_key_reused',
    ])
      expect(text).toContain(code);
  });
});
