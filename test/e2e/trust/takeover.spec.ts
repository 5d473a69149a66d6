import { setPin, writePins } from '@countersign/gateway-protocol';
import type { ApprovalStatement } from '@countersign/scope';
import Database from 'better-sqlite3';
import { type RunningGateway, startGateway } from '../../../apps/gateway/src/main.js';
import { organisation } from '../../factories/organisation.js';
import { AT } from '../../factories/trust.js';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { until } from '../../fakes/until.js';
import { Authenticator } from '../../support/authenticator.js';
import { claim } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { freePort } from '../../support/free-port.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';
import {
  expectStatus,
  makeGrant,
  makeRequest,
  mintToken,
  type RequestBody,
  readRequest,
  review,
} from '../story.js';

/** The real broker, its real database and keys in an attacker's hands, and a gateway that has pinned what Ada signed. */
describe('P12: with the broker’s real database and signing keys', () => {
  let broker: TestBroker;
  let gateway: RunningGateway;
  let upstream: CountingUpstream;
  let spoolDir: string;
  let credential: string;
  let ada: Customer;
  let trust: string;
  const eve = new Authenticator();

  beforeEach(async () => {
    upstream = new CountingUpstream();
    await upstream.start();
    broker = await TestBroker.start({
      organisation: organisation((file) => {
        for (const service of file.services) service.upstream = upstream.origin;
      }),
      settings: { port: await freePort() },
    });
    ada = await Customer.of(broker, 'approver');
    trust = (await claim([ada])).hash;
    spoolDir = await tempFolder('takeover');
    await writePins(spoolDir, { acme: setPin(undefined, trust, Date.now()).pin });
    credential = (await broker.enrolGateway('one')).text;
    await start();
  });
  afterEach(async () => {
    await gateway.close();
    await broker.close();
    await upstream.stop();
    await removeFolder(spoolDir);
  });

  const start = async () => {
    gateway = await startGateway({ credential, host: '127.0.0.1', port: 0, spoolDir, logLevel: 'silent' });
    await until(() => gateway.isInTouch(), 60_000);
  };
  /** Stops the broker, changes its database past every guard, and starts it again. */
  const tamper = async (...statements: string[]) => {
    await broker.broker.close();
    const database = new Database(broker.environment.databaseUrl.slice('sqlite:'.length));
    database.pragma('foreign_keys = OFF');
    const triggers = database.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").pluck().all();
    for (const name of triggers) database.exec(`DROP TRIGGER "${name}"`);
    for (const statement of statements) database.exec(statement);
    database.close();
    await broker.run();
    await until(() => gateway.isInTouch(), 60_000);
  };
  /** Answers 200, or code and reason of the refusal, once the gateway is in touch with the broker as it runs now. */
  const read = async (token: string): Promise<string> => {
    let said = '';
    await until(async () => {
      const answer = await fetch(`${gateway.url}/billing/tenants/acme/invoices/7`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const text = await answer.text();
      const { code, reason } = answer.status === 200 ? {} : (JSON.parse(text) as Record<string, string>);
      said = [answer.status === 200 ? '200' : code, reason].filter(Boolean).join(' ');
      return said !== 'not_in_touch' && said !== 'grant_ended';
    }, 60_000);
    return said;
  };
  const statementOf = async ({ id }: RequestBody) => {
    const path = `/api/v1/requests/${id}/statement`;
    return (await ada.ask<{ statement: ApprovalStatement }>('GET', path)).statement;
  };
  /** A token for a grant that Ada has countersigned. */
  const countersigned = async () => {
    const request = await makeRequest(broker, 'engineer');
    expectStatus(await review(broker, 'reviewer', request), 201);
    const countersignature = ada.key.sign(await statementOf(request), AT);
    const body = { decision: 'approve', digest: request.digest, countersignature };
    expectStatus(await ada.call('POST', `/api/v1/requests/${request.id}/reviews`, body), 201);
    const { grant } = await readRequest(broker, request.id);
    return (await mintToken(broker, String(grant))).access_token;
  };

  test('what was countersigned goes through, and the record names the trust document', async () => {
    expect(await read(await countersigned())).toBe('200');
    expect(upstream.hits).toHaveLength(1);
    await until(async () => {
      const path = '/api/v1/tenants/acme/access-records';
      const { body } = await broker.call('tenantAuditor', 'GET', path);
      return (body as { items: { trust: string | null }[] }).items[0]?.trust === trust;
    }, 60_000);
  });

  test('the claim and every rule are taken out of the database: what the broker then mints opens nothing', async () => {
    await tamper(
      'DELETE FROM trust_versions',
      `UPDATE tenants SET controls = json_set(controls, '$.countersign', json('[]'))`,
    );
    const { grant } = await makeGrant(broker);
    const { access_token: token } = await mintToken(broker, grant);
    expect(await read(token)).toBe('not_countersigned too_few');
    expect(upstream.hits).toHaveLength(0);
  });

  test('a key is swapped in the stored trust document: the gateway follows its own copy', async () => {
    const token = await countersigned();
    expect(await read(token)).toBe('200');
    const database = new Database(broker.environment.databaseUrl.slice('sqlite:'.length), { readonly: true });
    const stored = database.prepare('SELECT document, signatures FROM trust_versions').get() as {
      document: string;
      signatures: string;
    };
    database.close();
    const swap = (text: string) => {
      const [theirs, own] = [ada.key.jwk, eve.jwk] as { x: string; y: string }[];
      if (theirs === undefined || own === undefined) throw new Error('no ES256 keys');
      return text.replaceAll(theirs.x, own.x).replaceAll(theirs.y, own.y).replaceAll("'", "''");
    };
    await tamper(
      `UPDATE trust_versions SET document = '${swap(stored.document)}', signatures = '${swap(stored.signatures)}'`,
    );
    // From the first event on the feed shows the other chain now.
    await gateway.close();
    await start();
    expect(await read(token)).toBe('200');
  });
});
