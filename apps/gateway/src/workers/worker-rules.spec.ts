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
async function primaryAndWorker() {
  const cut: string[] = [];
  const worker: WorkerRules = new WorkerRules({
    ...{ pinnedOnly: false, clock: systemClock, submit: (signature) => primary.submit(signature) },
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

test('P12: a worker applies exactly the trust document, the pin, and the stops of its primary, and cuts calls when they change', async () => {
  const [key, spare] = [new Authenticator(), new Authenticator()];
  const validUntil = toInstant(new Date(Date.now() + 90 * 86_400_000));
  const wishes = { deployment: DEPLOYMENT, tenant: 'acme', validUntil, threshold: 1, approvals: 1 };
  const genesis = signedTrust(sampleTrust({ [ADA]: [key, spare] }, wishes), [key, spare]);
  const trust = statementHash(hashing, genesis.document);
  await writePins(spoolDir, { acme: setPin(undefined, trust, Date.now()).pin });
  const { primary, worker, cut } = await primaryAndWorker();
  worker.apply(structuredClone([...primary.tenants].map((tenant) => primary.rulesOf(tenant))));
  expect(worker.trust('acme')).toBe('unpinned');
  expect(worker.trust('globex')).toBeUndefined();

  await primary.applyFeed({ trust: [{ tenant: 'acme', chain: [genesis] }] });
  expect(worker.trust('acme')).toEqual(primary.trust('acme'));
  expect(worker.trustHash('acme')).toBe(trust);
  expect(worker.pinOf('acme')).toEqual(primary.pinOf('acme'));
  expect([...worker.pinnedTenants]).toEqual(['acme']);
  expect(worker.hasExpired('acme')).toBe(false);
  expect(cut).toEqual(['trust of acme', 'trust of acme']);

  const said = {
    ...{ deployment: DEPLOYMENT, tenant: 'acme', person: ADA, nonce: 'A'.repeat(43), trust },
    notBefore: toInstant(new Date(Date.now() - 60_000)),
    notAfter: toInstant(new Date(Date.now() + 60_000)),
    log: LOG_POINT,
  };
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
