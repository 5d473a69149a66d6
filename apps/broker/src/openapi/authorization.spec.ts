import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isReading } from '@countersign/access';
import type { Type } from '@nestjs/common';
import { CONTROLLERS } from '../broker.module.js';
import { permissionOf } from '../http/endpoint.js';
import { authorizationDocument } from './authorization.js';
import { routesOf } from './routes.js';

const FILE = 'docs/security/authorization.md';
const routes = CONTROLLERS.flatMap((controller) => routesOf(controller as Type));
const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

test('docs/security/authorization.md is written from the code', () => {
  const text = authorizationDocument(routes);
  if (process.env['WRITE_DOCS'] !== undefined) {
    mkdirSync(dirname(FILE), { recursive: true });
    writeFileSync(FILE, text);
  }
  expect(readFileSync(FILE, 'utf8')).toBe(text);
});

test('P13: every endpoint for people that changes something names a permission to change something', () => {
  const changing = routes.filter(({ method }) => method !== 'GET');
  const reading = changing.filter((route) => {
    const permission = permissionOf(route.endpoint.callers);
    return permission !== null && isReading(permission);
  });
  // POSTs that only read: OpenID AuthZEN, drafts of controls and of an organisation file that are tried, and a form of RFC 7662.
  expect(reading.map(nameOf)).toEqual([
    'POST /access/v1/evaluation',
    'POST /api/v1/tenants/{slug}/privacy-controls/test',
    'POST /api/v1/organisation/preview',
    'POST /oauth/introspect',
  ]);
});
