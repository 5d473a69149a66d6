import { type Callers, endpoint } from '@countersign/api';
import { PERMISSIONS } from '@countersign/contract';
import { Controller, type ExecutionContext, Get, type Type } from '@nestjs/common';
import { enrolledGateway } from '../../../../test/factories/enrolled-gateway.js';
import { CONTROLLERS } from '../broker.module.js';
import { CHECKED_INSIDE } from '../openapi/authorization.js';
import { routesOf } from '../openapi/routes.js';
import { AccessGuard } from './access.guard.js';
import { Endpoint, permissionOf } from './endpoint.js';
import type { Caller } from './request.js';

const declared = (callers: Callers) =>
  endpoint({
    route: 'GET /x/{id}',
    callers,
    summary: '',
    answer: { status: 200, description: '' },
  });

class Handlers {
  @Get('undeclared')
  undeclared(): void {}

  @Endpoint(declared({ everyone: true }))
  open(): void {}

  @Endpoint(declared({ people: 'request.create' }))
  forEngineers(): void {}

  @Endpoint(declared({ gateways: true }))
  forGateways(): void {}

  @Endpoint(declared({ gateways: true, people: 'self.read' }))
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
  test.each([nobody, person('engineer'), gateway])(
    'P13: a handler that serves no declared endpoint is open to no one',
    (caller) => {
      expect(knock('undeclared', caller)).toBe('forbidden');
    },
  );

  test('P13: a handler with two declarations stops the broker from starting', () => {
    expect(() => {
      class Twice {
        @Endpoint(declared({ everyone: true }))
        @Endpoint(declared({ people: 'request.read' }))
        read(): void {}
      }
      return Twice;
    }).toThrow('read: a handler serves exactly one endpoint');
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

  test('P13: each handler serves its declared endpoint, and nothing else', () => {
    expect(routes.length).toBeGreaterThan(25);
    expect(() => routesOf(Handlers)).toThrow(
      'Handlers.undeclared serves GET /undeclared, declared as nothing',
    );

    @Controller('prefix')
    class Elsewhere {
      @Endpoint(declared({ everyone: true }))
      read(): void {}
    }
    expect(() => routesOf(Elsewhere)).toThrow(
      'Elsewhere.read serves GET /prefix/x/{id}, declared as GET /x/{id}',
    );
  });

  test('what is open to everybody is this and no more', () => {
    const open = routes.filter((route) => 'everyone' in route.endpoint.callers);
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
    const used = routes.flatMap(({ endpoint: { callers } }) => permissionOf(callers) ?? []);
    const inside = CHECKED_INSIDE.map(({ permission }) => permission);
    expect([...new Set([...used, ...inside])].sort()).toEqual([...PERMISSIONS].sort());
  });
});
