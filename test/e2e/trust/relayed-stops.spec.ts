/** @soak */

import {
  type ApprovalStatement,
  type LiftStatement,
  type Signature,
  type Statement,
  type StopStatement,
  statementHash,
} from '@countersign/contract';
import { setPin, writePins } from '@countersign/gateway-protocol';
import { type RunningGateway, startGateway } from '../../../apps/gateway/src/main.js';
import { hashing } from '../../factories/grant-token.js';
import { organisation } from '../../factories/organisation.js';
import { AT } from '../../factories/trust.js';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { until } from '../../fakes/until.js';
import { Attacker } from '../../support/attacker.js';
import { Authenticator } from '../../support/authenticator.js';
import { claim, draftOf, type Proposal, propose, signProposal } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { freePort } from '../../support/free-port.js';
import { onlyInSoak } from '../../support/samples.js';
import { whileTheWriterIsTaken } from '../../support/taken-writer.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { enginesOf, TestBroker } from '../harness.js';
import { codeOf, expectStatus, makeRequest, mintToken, readRequest, review } from '../story.js';

const LONG_MS = 60_000;
const INVOICE = '/billing/tenants/acme/invoices/7';

/**
 * Two gateways have received Ada’s second version of the trust document. Then the broker’s database is restored to a
 * time before it, with only the first version. Ada submits what she signs under the second version at one gateway.
 */
describe.each(enginesOf('SQLite'))('P12: a stop that the broker (%s) cannot verify', (engine) => {
  let broker: TestBroker;
  let upstream: CountingUpstream;
  let ada: Customer;
  let second: Proposal;
  let token: string;
  const gateways: RunningGateway[] = [];
  const bearers: string[] = [];
  const folders: string[] = [];

  const adopt = async (document: Proposal['document']) => signProposal(ada, await propose(ada, document));
  const offered = async <S extends Statement>(path: string, change: object = {}): Promise<S> => {
    const { statement } = await ada.ask<{ statement: S }>('GET', path);
    return { ...statement, trust: second.hash, ...change };
  };
  const activeStops = async () => (await ada.ask<{ items: { hash: string }[] }>('GET', 'stops')).items;
  const pass = (countersignature: unknown, bearer = bearers[0] ?? '') =>
    broker.fetch('POST', '/gateway/v1/stops', {
      body: { countersignature },
      headers: { authorization: bearer },
    });
  const hand = async (countersignature: Signature) => {
    const body = JSON.stringify({ countersignature });
    const answer = await fetch(`${gateways[0]?.url}/countersign/stop`, { method: 'POST', body });
    expect(answer.status).toBe(204);
  };
  /** Each gateway's answer to a call with the token. */
  const answers = () =>
    Promise.all(
      gateways.map(async ({ url }) => {
        const answer = await fetch(url + INVOICE, { headers: { authorization: `Bearer ${token}` } });
        const text = await answer.text();
        return answer.status === 200 ? '200' : String((JSON.parse(text) as { code: string }).code);
      }),
    );
  const both = (what: string) => until(async () => (await answers()).every((each) => each === what), LONG_MS);
  const events = async (...types: string[]) => {
    const { body } = await broker.call('tenantAuditor', 'GET', '/api/v1/tenants/acme/events?limit=200');
    const { items } = body as { items: { type: string; data: { signature: Signature } }[] };
    return items.filter(({ type }) => types.includes(type)).map(({ type, data }) => [type, data.signature]);
  };
  const lift = async (stop: Signature<StopStatement>) => {
    const of = statementHash(hashing, stop.statement);
    const { digest: _all, ...rest } = await offered<StopStatement>('stops/statement');
    const statement: LiftStatement = { ...rest, type: 'countersign/lift/v1', stop: of };
    return ada.key.sign(statement, AT);
  };

  beforeAll(async () => {
    upstream = new CountingUpstream();
    await upstream.start();
    const file = organisation((each) => {
      for (const service of each.services) service.upstream = upstream.origin;
    });
    broker = await TestBroker.start({ engine, organisation: file, settings: { port: await freePort() } });
    ada = await Customer.of(broker, 'approver');
    const genesis = await claim([ada]);
    for (const name of ['one', 'two']) {
      const spoolDir = await tempFolder(name);
      folders.push(spoolDir);
      const { text, bearer } = await broker.enrolGateway(name);
      bearers.push(bearer);
      await writePins(spoolDir, { acme: setPin(undefined, genesis.hash, Date.now()).pin });
      const place = { credential: text, host: '127.0.0.1', port: 0, spoolDir };
      gateways.push(await startGateway({ ...place, logLevel: 'silent' }));
    }
    await until(() => gateways.every((each) => each.isInTouch()), LONG_MS);
    second = await adopt(await draftOf(ada));
    const request = await makeRequest(broker, 'engineer');
    expectStatus(await review(broker, 'reviewer', request), 201);
    const { statement } = await ada.ask<{ statement: ApprovalStatement }>(
      'GET',
      `/api/v1/requests/${request.id}/statement`,
    );
    const body = {
      decision: 'approve',
      digest: request.digest,
      countersignature: ada.key.sign(statement, AT),
    };
    expectStatus(await ada.call('POST', `/api/v1/requests/${request.id}/reviews`, body), 201);
    token = (await mintToken(broker, String((await readRequest(broker, request.id)).grant))).access_token;
    await both('200');
    await broker.broker.close();
    await new Attacker(broker).sql("DELETE FROM trust_versions WHERE tenant = 'acme' AND seq = 2");
    await broker.run();
    await until(() => gateways.every((each) => each.isInTouch()), LONG_MS);
    await both('200');
  }, LONG_MS);
  afterAll(async () => {
    await Promise.all(gateways.map((each) => each.close()));
    await broker.close();
    await upstream.stop();
    await Promise.all(folders.map(removeFolder));
  });

  let stop: Signature<StopStatement>;

  test('reaches every gateway; the broker logs it but does not apply it', async () => {
    stop = ada.key.sign(await offered<StopStatement>('stops/statement'), AT);
    await hand(stop);
    await both('locked');
    expect(await activeStops()).toEqual([]);
    // If the answer was lost, the gateway relays the stop again.
    expect((await pass(stop)).status).toBe(204);
    expect(await events('trust.relayed', 'trust.stopped')).toEqual([['trust.relayed', stop]]);
  });

  onlyInSoak(() => {
    test('also reaches a gateway that connects later', async () => {
      await gateways[1]?.close();
      await removeFolder(folders[1] ?? '');
      const spoolDir = folders[1] ?? '';
      const { text, bearer } = await broker.enrolGateway('late');
      bearers[1] = bearer;
      const [{ hash }] = (await ada.ask<{ chain: [{ hash: string }] }>('GET', 'trust')).chain;
      await writePins(spoolDir, { acme: setPin(undefined, hash, Date.now()).pin });
      const place = { credential: text, host: '127.0.0.1', port: 0, spoolDir };
      gateways[1] = await startGateway({ ...place, logLevel: 'silent' });
      await until(() => gateways[1]?.isInTouch() ?? false, LONG_MS);
      // This gateway has only the first version, so it keeps the stop until it has the second.
      expect((await answers())[0]).toBe('locked');
    });

    test('is verified again, and stored with its notice, once the broker has the version', async () => {
      second = await adopt(second.document);
      await until(async () => (await activeStops()).length === 1, LONG_MS);
      expect(await activeStops()).toMatchObject([{ hash: statementHash(hashing, stop.statement) }]);
      expect(await events('trust.stopped')).toEqual([['trust.stopped', stop]]);
      await both('locked');
      await hand(await lift(stop));
      await until(async () => (await activeStops()).length === 0, LONG_MS);
      await both('200');
    });

    test('may be a lift that arrives before its stop: both are settled once the stop arrives', async () => {
      const later = ada.key.sign(await offered<StopStatement>('stops/statement'), AT);
      const itsLift = await lift(later);
      expect((await pass(itsLift, bearers[1])).status).toBe(204);
      expect(await events('trust.relayed')).toHaveLength(2);
      expect((await pass(later)).status).toBe(204);
      expect(await activeStops()).toEqual([]);
      expect((await events('trust.stopped', 'trust.lifted')).slice(0, 2)).toEqual([
        ['trust.lifted', itsLift],
        ['trust.stopped', later],
      ]);
      // Sent again, they cost no write: neither waits for the writer.
      for (const known of [later, itsLift])
        expect(await whileTheWriterIsTaken(broker, () => pass(known))).toBe(204);
      expect(await answers()).toEqual(['200', '200']);
    });

    test('P13: locks no one if it is unsigned or a stranger signed it; and a gateway relays no more than its limit', async () => {
      const statement = await offered<StopStatement>('stops/statement');
      const stranger = new Authenticator();
      const fresh = (index: number) => ({ ...statement, nonce: String(index).padEnd(43, 'A') });
      const forged = { ...stop, statement };
      expect(codeOf(await pass(forged))).toBe('400 invalid_request');
      const deployment = 'dep_0199f0a0-7b2c-7001-8000-000000000009';
      const foreign = stranger.sign({ ...statement, deployment }, AT);
      expect(codeOf(await pass(foreign))).toBe('400 invalid_request');
      expect(codeOf(await pass(stranger.sign({ ...statement, tenant: 'nobody' }, AT)))).toBe('404 not_found');
      for (let index = 0; index < 20; index += 1)
        expect((await pass(stranger.sign(fresh(index), AT))).status).toBe(204);
      expect(codeOf(await pass(stranger.sign(fresh(20), AT)))).toBe('409 conflict');
      expect((await pass(stranger.sign(fresh(20), AT), bearers[1])).status).toBe(204);
      expect(await activeStops()).toEqual([]);
      expect(await answers()).toEqual(['200', '200']);
      // Ada’s own stop still gets through.
      const own = ada.key.sign(fresh(21) as StopStatement, AT);
      await hand(own);
      await both('locked');
      await hand(await lift(own));
      await both('200');
    });
  });
});
