import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIFT_TYPE, STOP_TYPE, statementHash, toInstant } from '@countersign/contract';
import { setPin, writePins } from '@countersign/gateway-protocol';
import { pino } from 'pino';
import { hashing } from '../../../../test/factories/grant-token.js';
import { AT, LOG_POINT, sampleTrust, signedTrust } from '../../../../test/factories/trust.js';
import { Authenticator } from '../../../../test/support/authenticator.js';
import { systemClock } from '../clock.js';
import { CustomerRules } from '../trust/customer-rules.js';
import { WorkerRules } from './worker-rules.js';

const DEPLOYMENT = 'dep_0199f0a0-7b2c-7003-8000-0000000000d1';
const ADA = 'usr_0199f0a0-7b2c-7003-8000-0000000000a1';
const DIGEST = `sha256:${'d'.repeat(64)}`;

let spoolDir: string;
beforeEach(async () => {
  spoolDir = await mkdtemp(join(tmpdir(), 'worker-rules-'));
});
afterEach(() => rm(spoolDir, { recursive: true, force: true }));

/** A primary whose rules reach a worker as a message does: as a copy. */
async function primaryAndWorker(reaches: () => Promise<void> = async () => undefined) {
  const cut: string[] = [];
  const worker: WorkerRules = new WorkerRules({
    ...{ pinnedOnly: false, clock: systemClock },
    submit: async (signature) => {
      await reaches();
      return primary.submit(signature);
    },
    onTrust: (tenants) => cut.push(`trust of ${tenants}`),
    onStop: () => worker.stopOn({ tenant: 'acme', digest: DIGEST }) !== undefined && cut.push('stop'),
  });
  const share = (tenants: readonly string[]) =>
    worker.apply(structuredClone(tenants.map((tenant) => primary.rulesOf(tenant))));
  const primary: CustomerRules = await CustomerRules.load({
    ...{ spoolDir, deployment: DEPLOYMENT, pinnedOnly: false, clock: systemClock },
    ...{ broker: { post: async () => undefined, postSigned: async () => undefined } },
    ...{ log: pino({ level: 'silent' }), onStop: () => undefined },
    onTrust: share,
    onStopsChanged: (tenant) => share([tenant]),
  });
  return { primary, worker, cut };
}

/** A claimed tenant whose only person is ADA, with a primary and a worker that have its trust document. */
async function claimedTenant(reaches?: () => Promise<void>) {
  const [key, spare] = [new Authenticator(), new Authenticator()];
  const validUntil = toInstant(new Date(Date.now() + 90 * 86_400_000));
  const wishes = { deployment: DEPLOYMENT, tenant: 'acme', validUntil, threshold: 1, approvals: 1 };
  const genesis = signedTrust(sampleTrust({ [ADA]: [key, spare] }, wishes), [key, spare]);
  const trust = statementHash(hashing, genesis.document);
  await writePins(spoolDir, { acme: setPin(undefined, trust, Date.now()).pin });
  const parts = await primaryAndWorker(reaches);
  parts.worker.apply(
    structuredClone([...parts.primary.tenants].map((tenant) => parts.primary.rulesOf(tenant))),
  );
  const said = {
    ...{ deployment: DEPLOYMENT, tenant: 'acme', person: ADA, nonce: 'A'.repeat(43), trust },
    notBefore: toInstant(new Date(Date.now() - 60_000)),
    notAfter: toInstant(new Date(Date.now() + 60_000)),
    log: LOG_POINT,
  };
  return { ...parts, genesis, trust, key, said };
}

test('P6: the worker that receives a stop obeys it at once, while its primary does not answer', async () => {
  let answer: () => void = () => undefined;
  const { primary, worker, cut, genesis, key, said } = await claimedTenant(
    () => new Promise((resolve) => (answer = resolve)),
  );
  await primary.applyFeed({ trust: [{ tenant: 'acme', chain: [genesis] }] });
  const what = { tenant: 'acme', digest: DIGEST };
  const statement = { type: STOP_TYPE, ...said, digest: DIGEST } as const;
  void worker.submit(new Authenticator().sign(statement, AT));
  expect(worker.stopOn(what)).toBeUndefined();
  answer();

  const stop = key.sign(statement, AT);
  cut.length = 0;
  const answered = worker.submit(stop);
  expect(worker.stopOn(what)).toBe('the customer has stopped this grant');
  expect(cut).toEqual(['stop']);
  // What the primary sent before it had the stop does not lift it.
  worker.apply(structuredClone([primary.rulesOf('acme')]));
  expect(worker.stopOn(what)).toBe('the customer has stopped this grant');
  answer();
  expect(await answered).toBeUndefined();
  expect(worker.stopOn(what)).toBe('the customer has stopped this grant');

  const lift = key.sign(
    { type: LIFT_TYPE, ...said, nonce: `${'B'.repeat(42)}A`, stop: statementHash(hashing, stop.statement) },
    AT,
  );
  const lifted = worker.submit(lift);
  answer();
  await lifted;
  expect(worker.stopOn(what)).toBeUndefined();
  // Anyone may have seen the stop and submit it again.
  cut.length = 0;
  const again = worker.submit(stop);
  expect(worker.stopOn(what)).toBeUndefined();
  expect(cut).toEqual([]);
  answer();
  expect(await again).toMatchObject({ reason: 'duplicate_signature' });
  await primary.close();
});

test('a stop that the primary refuses is dropped again', async () => {
  let answer: () => void = () => undefined;
  const { primary, worker, genesis, key, said } = await claimedTenant(
    () => new Promise((resolve) => (answer = resolve)),
  );
  await primary.applyFeed({ trust: [{ tenant: 'acme', chain: [genesis] }] });
  const [stop, what] = [key.sign({ type: STOP_TYPE, ...said }, AT), { tenant: 'acme', digest: DIGEST }];
  primary.submit = async () => ({ reason: 'not_pinned', detail: 'another trust document is on its way' });
  const answered = worker.submit(stop);
  expect(worker.stopOn(what)).toBe('the customer has stopped all access');
  answer();
  expect(await answered).toMatchObject({ reason: 'not_pinned' });
  expect(worker.stopOn(what)).toBeUndefined();
  await primary.close();
});

test('P12: a worker applies exactly the trust document, the pin, and the stops of its primary, and cuts calls when they change', async () => {
  const { primary, worker, cut, genesis, trust, key, said } = await claimedTenant();
  expect(worker.trust('acme')).toBe('unpinned');
  expect(worker.trust('globex')).toBeUndefined();

  await primary.applyFeed({ trust: [{ tenant: 'acme', chain: [genesis] }] });
  expect(worker.trust('acme')).toEqual(primary.trust('acme'));
  expect(worker.trustHash('acme')).toBe(trust);
  expect(worker.pinOf('acme')).toEqual(primary.pinOf('acme'));
  expect([...worker.pinnedTenants]).toEqual(['acme']);
  expect(worker.hasExpired('acme')).toBe(false);
  expect(cut).toEqual(['trust of acme', 'trust of acme']);

  const stop = key.sign({ type: STOP_TYPE, ...said, digest: DIGEST }, AT);
  expect(await worker.submit(stop)).toBeUndefined();
  expect(worker.stopOn({ tenant: 'acme', digest: DIGEST })).toBe('the customer has stopped this grant');
  expect(worker.stopOn({ tenant: 'acme', digest: `${DIGEST.slice(0, -1)}e` })).toBeUndefined();
  expect(cut).toEqual(['trust of acme', 'trust of acme', 'stop']);
  const lift = key.sign(
    { type: LIFT_TYPE, ...said, nonce: `${'B'.repeat(42)}A`, stop: statementHash(hashing, stop.statement) },
    AT,
  );
  expect(await worker.submit(lift)).toBeUndefined();
  expect(worker.stopOn({ tenant: 'acme', digest: DIGEST })).toBeUndefined();
  await primary.close();
});
