import { FORMS } from '@countersign/gateway-protocol';
import { GatewayWorld, refusal } from '../../../../test/fakes/gateway-world.js';
import { SteppedClock } from '../../../../test/fakes/stepped-clock.js';
import { until } from '../../../../test/fakes/until.js';
import type { Readiness } from '../http/own-pages.js';
import { MAX_REFUSED_MS } from '../records/shipping/quarantine.js';

let world: GatewayWorld;
afterEach(() => world.stop());

const details = async () =>
  (await (await fetch(`${world.gateway.adminUrl}/readyz`)).json()) as Readiness & { status: string };
const metrics = async () => (await fetch(`${world.gateway.adminUrl}/metrics`)).text();
const call = () => world.send({ token: world.broker.token(world.broker.grant()) });

test('each side learns the version and the forms of the other', async () => {
  world = new GatewayWorld();
  world.broker.announces = { version: '0.9.3', forms: { ...FORMS, later: { oldest: 7, newest: 9 } } };
  await world.prepare();
  await world.startGateway();
  await until(() => world.gateway.isInTouch());
  const { version, broker } = await details();
  expect(world.broker.announced).toEqual({ version, forms: FORMS });
  expect(broker).toEqual({ version: '0.9.3', problem: null });
  const text = await metrics();
  expect(text).toContain(`\ncountersign_build_info{version="${version}"} 1\n`);
  expect(text).toContain('\ncountersign_gateway_broker_info{version="0.9.3"} 1\n');
  expect(text).toContain('\ncountersign_gateway_unsupported_form 0\n');
});

test.each([
  [
    'the broker no longer writes the gateway’s form of the feed',
    { feed: { oldest: 2, newest: 3 } },
    /Update the gateway/,
  ],
  [
    'the broker no longer reads the gateway’s form of records',
    { records: { oldest: 2, newest: 2 } },
    /Update the gateway/,
  ],
])('P6: %s: the gateway refuses everything, and says which side to update', async (_case, forms, who) => {
  world = new GatewayWorld();
  world.broker.announces = { version: '2.0.0', forms: { ...FORMS, ...forms } };
  await world.prepare();
  await world.startGateway();
  await until(async () => (await details()).broker.problem !== null);
  expect((await details()).broker).toEqual({ version: '2.0.0', problem: expect.stringMatching(who) });
  expect(await refusal(await call())).toEqual({ status: 503, code: 'not_in_touch' });
  expect(await metrics()).toContain('\ncountersign_gateway_unsupported_form 1\n');
  const [line] = world.logLines.filter((each) => each.includes('unsupported_form'));
  expect(JSON.parse(line ?? '{}')).toMatchObject({ level: 50, detail: expect.stringMatching(who) });
  // The broker is put back, or another one answers at this address.
  world.broker.announces = { version: '2.0.1', forms: FORMS };
  await until(async () => (await call()).status === 200);
  expect((await details()).broker).toEqual({ version: '2.0.1', problem: null });
});

/** Ten minutes and more of refusals, for which a single record would be set aside. */
async function refusedForLong(clock: SteppedClock): Promise<void> {
  const tries = () => world.logLines.filter((line) => line.includes('records wait')).length;
  await until(() => tries() > 0);
  for (let step = 0; step < 3; step += 1) {
    await world.advance(clock, MAX_REFUSED_MS);
    const before = tries();
    await until(() => tries() > before + 1);
  }
}

test('P5: records that an older broker refuses wait for a newer one, and none is set aside', async () => {
  const clock = new SteppedClock();
  world = new GatewayWorld();
  const { broker } = world;
  broker.announces = undefined;
  broker.refuses = () => true;
  await world.prepare();
  await world.startGateway({ clock });
  await until(() => world.gateway.isInTouch());
  expect((await call()).status).toBe(200);
  await refusedForLong(clock);
  const { spool, broker: state } = await details();
  expect(spool).toMatchObject({ quarantined: 0, shipped: false });
  expect(state.problem).toMatch(/refuses records: it is older than this gateway .*Update the broker/);
  broker.announces = { version: '0.1.0', forms: FORMS };
  broker.refuses = () => false;
  await until(() => broker.recordsOf('outcome').length === 1);
  expect(broker.gaps).toEqual([]);
  expect((await details()).broker.problem).toBeNull();
}, 60_000);

test('P5: one of several brokers does not read these records: they wait for another one', async () => {
  const clock = new SteppedClock();
  world = await GatewayWorld.start({ clock });
  const { broker } = world;
  broker.refusesForms = true;
  expect((await call()).status).toBe(200);
  await refusedForLong(clock);
  expect((await details()).spool.quarantined).toBe(0);
  broker.refusesForms = false;
  await until(() => broker.recordsOf('outcome').length === 1);
}, 60_000);
