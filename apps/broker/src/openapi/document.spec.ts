import * as api from '@countersign/api';
import type { Type } from '@nestjs/common';
import { CONTROLLERS } from '../broker.module.js';
import { gatewayApiEndpoints } from '../gateway-api/gateway-endpoints.js';
import { openApiDocument } from './document.js';
import { routesOf } from './routes.js';

type Json = Record<string, unknown>;
interface Operation {
  operationId: string;
  security: unknown[];
  responses: Record<string, Json>;
  parameters?: { name: string; in: string }[];
}

const document = openApiDocument(CONTROLLERS.flatMap((controller) => routesOf(controller as Type))) as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Json };
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

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
