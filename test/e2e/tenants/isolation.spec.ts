/** @soak */

import { join } from 'node:path';
import type { OrganisationTenant } from '@countersign/access';
import { Locks } from '../../../libs/persistence/src/repositories/locks.js';
import { organisation } from '../../factories/organisation.js';
import { gatewayEnv } from '../../support/environments.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { Inside } from '../../support/inside.js';
import { onlyInSoak } from '../../support/samples.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker, TestClock } from '../harness.js';

const DAY = 86_400;
const SURFACES = ['api', 'log', 'stream', 'feed', 'notices', 'gateway'];
interface Test {
  day: string;
  endedAt: string;
  passed: boolean;
  attempts: Record<string, number>;
  leaks: { surface: string; where: string }[];
  problem: string | null;
}

const clock = new TestClock();
let broker: TestBroker;
let gateway: Inside;
let folder: string;

beforeAll(async () => {
  const [port, gatewayPort] = [await freePort(), await freePort()];
  const file = organisation((each) => {
    const [acme] = each.tenants;
    if (acme === undefined) throw new Error('the organisation has no tenant');
    const canary = (slug: string): OrganisationTenant => ({
      ...structuredClone(acme),
      slug,
      people: [{ email: `ada@${slug}.example`, name: 'Ada', roles: ['approver', 'admin'] }],
    });
    each.tenants.push(canary('canary-one'), canary('canary-two'));
    each.vendor.canaries = ['canary-one', 'canary-two'];
  });
  broker = await TestBroker.start({
    clock,
    organisation: file,
    settings: {
      ...{ port, publicUrl: `http://127.0.0.1:${port}`, gatewayUrl: `http://127.0.0.1:${gatewayPort}` },
      admin: { host: '127.0.0.1', port: 0, orAnyPort: false },
    },
  });
  folder = await tempFolder('isolation');
  const { text: credential } = await broker.enrolGateway('one');
  gateway = Inside.start(
    'gateway',
    gatewayEnv({ folder, credential }, gatewayPort, 'spool', await freePort()),
  );
  await gateway.untilReady(`http://127.0.0.1:${gatewayPort}/readyz`);
});
afterAll(async () => {
  await gateway.stop();
  await broker.close();
  await removeFolder(join(folder));
});

let repeated = '';
/** The next test that the job makes after this day. A test that could not be made is repeated a quarter of an hour later. */
const madeAfter = (day: string): Promise<Test> =>
  eventually(
    'an isolation test is made',
    async () => {
      const { body } = await broker.call('vendorAuditor', 'GET', '/api/v1/isolation');
      const { newest } = body as { newest: Test | null };
      if (newest === null || newest.day <= day) return null;
      if (newest.problem === null || newest.leaks.length > 0) return newest;
      // Once for each: while a test runs, its keys must not expire.
      if (newest.endedAt !== repeated) clock.advance(960);
      repeated = newest.endedAt;
      return null;
    },
    120_000,
    500,
  );
const stated = async (slug: string, who: 'approver' | 'vendorAuditor') => {
  const path = `/api/v1/tenants/${slug}/events?type=isolation.tested`;
  return eventually('the log has the result', async () => {
    const { body } = await broker.call(who, 'GET', path);
    return (body as { items: { data: Test }[] }).items[0]?.data;
  });
};
const ready = async () =>
  (await (await fetch(`${broker.broker.adminUrl}/readyz`)).json()) as Record<string, unknown>;

test('P9: each night canaries fail to read each other’s data through every public surface, and each log says so', async () => {
  const test = await madeAfter('');
  expect(test).toMatchObject({ passed: true, leaks: [], problem: null });
  expect(Object.keys(test.attempts).filter((surface) => (test.attempts[surface] ?? 0) > 0)).toEqual(SURFACES);
  const { day, attempts } = test;
  expect(await stated('acme', 'approver')).toEqual({ day, passed: true, attempts, leaks: 0 });
  expect(await stated('vendor', 'vendorAuditor')).toMatchObject({ day, passed: true, where: [] });
  await eventually('the private /readyz says so', async () => (await ready())['isolation'] === 'passed');
}, 180_000);

onlyInSoak(() => {
  test('P9: one query that forgets its tenant turns the deployment red', async () => {
    const { newest } = (await broker.call('vendorAuditor', 'GET', '/api/v1/isolation')).body as {
      newest: Test;
    };
    const { prototype } = Locks as unknown as { prototype: { rows(this: { manager: never }): unknown } };
    const { rows } = prototype;
    prototype.rows = function forgetful() {
      return rows.call(new Locks(this.manager, 'all-tenants') as never);
    };
    try {
      // A minute past the next midnight UTC. The gateway refuses such a step: the leak counts all the same.
      clock.advance(DAY + 60 - (Math.floor(clock.now().getTime() / 1_000) % DAY));
      const test = await madeAfter(newest.day);
      expect(test.passed).toBe(false);
      expect(test.leaks).toContainEqual({ surface: 'api', where: '/api/v1/locks' });
      // All probes of one second share one answer.
      const answer = await eventually('the private /readyz says so', async () => {
        const said = await ready();
        return said['isolation'] === 'failed' && said;
      });
      expect(answer).toMatchObject({ status: 'ok' });
    } finally {
      prototype.rows = rows;
    }
  }, 180_000);
});
