import { PERMISSIONS } from '@countersign/contract';
import type { ExecutionContext, Type } from '@nestjs/common';
import { enrolledGateway } from '../../../../test/factories/enrolled-gateway.js';
import { CONTROLLERS } from '../broker.module.js';
import { CHECKED_INSIDE } from '../openapi/authorization.js';
import { routesOf } from '../openapi/routes.js';
import { Allow, ForGateways, Public, permissionOf } from './access.decorators.js';
import { AccessGuard } from './access.guard.js';
import type { Caller } from './request.js';

class Handlers {
  unmarked(): void {}

  @Public()
  @Allow('request.read')
  markedTwice(): void {}

  @Public()
  open(): void {}

  @Allow('request.create')
  forEngineers(): void {}

  @ForGateways()
  forGateways(): void {}

  @ForGateways({ orPeopleWith: 'self.read' })
  forBoth(): void {}
}

const person = (role: 'engineer' | 'reviewer'): Caller => ({
  kind: 'person',
  principal: {
    person: { id: 'usr_1', tenant: null, email: 'e@v.example', name: 'E', roles: [role], removedAt: null },
    channel: 'api',
    assurance: 'api-key',
  },
});
const gateway: Caller = {
  kind: 'gateway',
  gateway: enrolledGateway({ id: 'gtw_1', createdAt: '' }),
};
const nobody: Caller = { kind: 'anonymous' };

function knock(handler: keyof Handlers, caller: Caller | undefined): string {
  const context = {
    getHandler: () => Handlers.prototype[handler],
    switchToHttp: () => ({ getRequest: () => ({ caller }) }),
  } as unknown as ExecutionContext;
  try {
    return String(new AccessGuard().canActivate(context));
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('the access guard', () => {
  test.each([
    ['unmarked', nobody],
    ['unmarked', person('engineer')],
    ['unmarked', gateway],
    ['markedTwice', nobody],
    ['markedTwice', person('engineer')],
  ] as const)('P13: a handler without exactly one mark (%s) is open to no one', (handler, caller) => {
    expect(knock(handler, caller)).toBe('forbidden');
  });

  test.each([
    ['open', undefined, 'true'],
    ['forEngineers', undefined, 'unauthenticated'],
    ['forEngineers', nobody, 'unauthenticated'],
    ['forEngineers', person('engineer'), 'true'],
    ['forEngineers', person('reviewer'), 'forbidden'],
    ['forEngineers', gateway, 'forbidden'],
    ['forGateways', gateway, 'true'],
    ['forGateways', person('engineer'), 'forbidden'],
    ['forGateways', nobody, 'unauthenticated'],
    ['forBoth', gateway, 'true'],
    ['forBoth', person('reviewer'), 'true'],
  ] as const)('%s called by %j: %s', (handler, caller, answer) => {
    expect(knock(handler, caller)).toBe(answer);
  });
});

describe('the routes of the broker', () => {
  const routes = CONTROLLERS.flatMap((controller) => routesOf(controller as Type));

  test('P13: every one of them carries exactly one mark and is described', () => {
    expect(routes.length).toBeGreaterThan(25);
    expect(routes.filter((route) => route.accessRules.length !== 1 || route.endpoint === undefined)).toEqual(
      [],
    );
  });

  test('what is open to everybody is this and no more', () => {
    const open = routes.filter((route) => route.accessRules[0]?.kind === 'public');
    expect(open.map((route) => `${route.method} ${route.path}`).sort()).toEqual([
      'GET /.well-known/authzen-configuration',
      'GET /.well-known/jwks.json',
      'GET /api/docs',
      'GET /api/docs/{part}',
      'GET /api/openapi.json',
      'GET /auth/cli',
      'GET /auth/oidc/{side}/callback',
      'GET /healthz',
      'GET /readyz',
      'POST /auth/cli/token',
      'POST /auth/code',
      'POST /auth/code/verify',
      'POST /auth/discover',
      'POST /auth/oidc/{side}/start',
      'POST /signals/{side}/events',
    ]);
  });

  test('every permission of the domain opens a route, or is documented as checked inside one', () => {
    const used = routes.flatMap(({ accessRules: [rule] }) => permissionOf(rule) ?? []);
    const inside = CHECKED_INSIDE.map(({ permission }) => permission);
    expect([...new Set([...used, ...inside])].sort()).toEqual([...PERMISSIONS].sort());
  });
});
