/**
 * Each refusal that an endpoint documents has a test that is named by endpoint, status and code. What is documented is read
 * from the declarations, so a new endpoint, or a new code of one, is red until it has its test.
 */
import { type ErrorCode, STATUS_OF_CODE } from '@countersign/api';
import type { Type } from '@nestjs/common';
import { CONTROLLERS } from '../../../apps/broker/src/broker.module.js';
import { errorCodesOf } from '../../../apps/broker/src/openapi/document.js';
import { type BrokerRoute, routesOf } from '../../../apps/broker/src/openapi/routes.js';
import { organisation } from '../../factories/organisation.js';
import { TestBroker } from '../harness.js';
import { Callers, callTwice, GENERIC, provisioned, type Refused } from './generic-refusals.js';
import { cancelPending } from './matrix-rows.js';
import { CALLS, IN_ONE_PLACE } from './refusal-calls.js';
import { WITHOUT_TEST, WITHOUT_TEST_COUNT } from './refusals-without-test.js';

interface Refusal {
  name: string;
  route: BrokerRoute;
  code: ErrorCode;
}

const documented = CONTROLLERS.flatMap((controller) => routesOf(controller as Type)).flatMap((route) =>
  [...new Set(errorCodesOf(route))].map((code): Refusal => ({ name: nameOf(route, code), route, code })),
);
const documentedNames = new Set(documented.map(({ name }) => name));

function nameOf({ endpoint }: BrokerRoute, code: ErrorCode): string {
  return `${endpoint.route} → ${STATUS_OF_CODE[code]} ${code}`;
}

/** In the form of the case's name. Endpoints of other standards have errors without our codes. */
function answered({ route }: Refusal, { status, body }: Refused): string {
  const { code } = body as { code?: string };
  return `${route.endpoint.route} → ${status} ${code}`;
}

const expectRefusal = (refusal: Refusal, refused: Refused): void => {
  const { route, code, name } = refusal;
  if (route.endpoint.errorBody !== undefined && (refused.body as { code?: string }).code === undefined)
    expect(refused.status).toBe(STATUS_OF_CODE[code]);
  else expect(answered(refusal, refused)).toBe(name);
};

const isIn = (table: Readonly<Record<string, unknown>>, name: string) => Object.hasOwn(table, name);
const rest = documented.filter(({ name, code }) => !isIn(IN_ONE_PLACE, code) && !WITHOUT_TEST.has(name));
const own = rest.filter(({ name }) => isIn(CALLS, name));
const generic = rest.filter(({ name, code }) => !isIn(CALLS, name) && GENERIC[code] !== undefined);
const limited = rest.filter(({ code }) => code === 'rate_limited');
const cases = (refusals: readonly Refusal[]) => refusals.map((refusal) => [refusal.name, refusal] as const);

describe('the refusals that each endpoint documents', () => {
  let broker: TestBroker;
  let callers: Callers;
  beforeAll(async () => {
    broker = await TestBroker.start({
      organisation: organisation(provisioned),
      // Never reached: some endpoints exist only at a broker that sends mail.
      settings: { smtpUrl: 'smtp://127.0.0.1:9' },
    });
    callers = await Callers.of(broker);
  });
  afterEach(() => cancelPending(broker));
  afterAll(() => broker.close());

  test.each(cases(generic))('%s', async (_name, refusal) => {
    const make = GENERIC[refusal.code];
    expectRefusal(refusal, await make!(refusal.route, callers));
  });

  test.each(cases(own))('%s', async (name, refusal) => {
    const make = CALLS[name as keyof typeof CALLS];
    expectRefusal(refusal, await make!(callers));
  });
});

describe('at a broker that allows one call a minute', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ settings: { rateLimitPerMinute: 1 } });
  });
  afterAll(() => broker.close());

  test.each(cases(limited))('%s', async (_name, refusal) => {
    expectRefusal(refusal, await callTwice(broker, refusal.route));
  });
});

test('each documented refusal has a test, or is in the list of those that have none yet', () => {
  const tested = new Set([...own, ...generic, ...limited].map(({ name }) => name));
  expect(rest.filter(({ name }) => !tested.has(name)).map(({ name }) => name)).toEqual([]);
});

test('the tables name documented refusals alone, each once, and the list of those without a test does not grow', () => {
  expect([...Object.keys(CALLS), ...WITHOUT_TEST].filter((name) => !documentedNames.has(name))).toEqual([]);
  expect([...WITHOUT_TEST].filter((name) => isIn(CALLS, name))).toEqual([]);
  expect(WITHOUT_TEST.size).toBe(WITHOUT_TEST_COUNT);
});
