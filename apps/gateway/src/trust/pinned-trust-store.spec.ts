import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SignedTrustDocument, statementHash, toInstant } from '@countersign/contract';
import { setPin, writePins } from '@countersign/gateway-protocol';
import { pino } from 'pino';
import { hashing } from '../../../../test/factories/grant-token.js';
import { nextTrust, sampleTrust, signedTrust } from '../../../../test/factories/trust.js';
import { Authenticator } from '../../../../test/support/authenticator.js';
import { PinnedTrustStore } from './pinned-trust-store.js';

const DEPLOYMENT = 'dep_0199f0a0-7b2c-7003-8000-0000000000d1';
const ADA = 'usr_0199f0a0-7b2c-7003-8000-0000000000a1';
const NOW = Date.now();

let spoolDir: string;
beforeEach(async () => {
  spoolDir = await mkdtemp(join(tmpdir(), 'trusts-'));
  await mkdir(join(spoolDir, 'trust'));
});
afterEach(() => rm(spoolDir, { recursive: true, force: true }));

/** A tenant's first trust document, and the next one, which is much larger. */
function chainOf(tenant: string): [SignedTrustDocument, SignedTrustDocument] {
  const [key, spare] = [new Authenticator(), new Authenticator()];
  const validUntil = toInstant(new Date(NOW + 90 * 86_400_000));
  const wishes = { deployment: DEPLOYMENT, tenant, validUntil, threshold: 1, approvals: 1 };
  const first = signedTrust(sampleTrust({ [ADA]: [key, spare] }, wishes), [key, spare]);
  const forbid = Array.from({ length: 50 }, (_, id) => ({
    service: 'billing',
    resource: `invoices/${id}`,
    actions: ['*'],
  }));
  return [first, signedTrust(nextTrust(first.document, { forbid }), [key])];
}

test('P12: a chain above the size limit is not followed, everything else of the feed is, and the chain opens nothing over restarts', async () => {
  const chains = { acme: chainOf('acme'), globex: chainOf('globex') };
  const hashes = Object.values(chains).map((chain) =>
    chain.map(({ document }) => statementHash(hashing, document)),
  );
  const [[acme], [globex, next]] = hashes as [[string], [string, string]];
  await writePins(spoolDir, {
    acme: setPin(undefined, acme, NOW).pin,
    globex: setPin(undefined, globex, NOW).pin,
  });
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => lines.push(line) });
  const options = { spoolDir, deployment: DEPLOYMENT, log, onChange: () => undefined };
  const first = JSON.stringify(chains.acme[0]).length;
  const tight = await PinnedTrustStore.load({ ...options, maxChainBytes: first + 1_000 }, NOW);
  const offers = [
    { tenant: 'acme', chain: chains.acme },
    { tenant: 'globex', chain: [chains.globex[0]] },
  ];
  await tight.applyFeed([{ tenant: 'acme', chain: [chains.acme[0]] }], NOW);
  await tight.applyFeed(offers, NOW);
  expect([tight.trustHash('acme'), tight.trustHash('globex')]).toEqual([acme, globex]);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ tenant: 'acme', code: 'trust_too_large' }]);
  const again = await PinnedTrustStore.load({ ...options, maxChainBytes: first + 1_000 }, NOW);
  expect(again.trustHash('acme')).toBe(acme);
  await again.applyFeed([{ tenant: 'globex', chain: chains.globex }], NOW);
  expect(again.trustHash('globex')).toBe(globex);
  const roomy = await PinnedTrustStore.load(options, NOW);
  await roomy.applyFeed([{ tenant: 'globex', chain: chains.globex }], NOW);
  expect(roomy.trustHash('globex')).toBe(next);
});
