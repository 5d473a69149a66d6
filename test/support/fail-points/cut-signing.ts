import { randomBytes, randomUUID } from 'node:crypto';
import { draftStopStatement, startSessionIn } from '@countersign/access';
import { statementHash } from '@countersign/contract';
import { systemHashing } from '@countersign/persistence';
import { SESSION_COOKIE } from '../../../apps/broker/src/http/cookies.js';
import { engineer } from '../../factories/engineers.js';
import { PEOPLE } from '../../factories/organisation.js';
import { AT } from '../../factories/trust.js';
import { Claimant, claimFor } from '../claimant.js';
import { callApi } from '../http.js';
import { rowsAt } from '../rows-at.js';
import { type Cut, type CutShortReport, cutEach, inFailBroker, type Pick } from './cut-short.js';
import type { Engine, FailBroker, Plan } from './fail-broker.js';
import { Stage } from './scenarios.js';

const SESSION = { idle: 3_600, absolute: 86_400 };

/** What is signed: where it is submitted, and how its rows in the store are found. */
type Signed = { path: string; body: unknown; subjects: readonly string[] };
type Signing = {
  unit: Plan['unit'];
  sign(ada: Claimant): Promise<Signed>;
  /** The answer to a repetition after success: the stored answer for its key, or one from the current state. */
  again(status: number, wasDone: boolean): number;
};

/** What a customer's person signs in a browser. */
export const SIGNINGS: Readonly<Record<string, Signing>> = {
  'adoption of a trust document': {
    unit: 'call',
    again: (status) => status,
    async sign(ada) {
      const { proposal } = await ada.propose(await ada.draft());
      const { id, hash, document } = proposal;
      const body = { signature: ada.key().sign(document, AT) };
      return { path: `trust/proposals/${id}/signatures`, body, subjects: [id, hash] };
    },
  },
  'signed stop': {
    unit: 'tenant',
    // It needs no idempotency key: its nonce identifies it, and the same stop is set once.
    again: (status, wasDone) => (wasDone ? 409 : status),
    async sign(ada) {
      const digest = `sha256:${randomBytes(32).toString('hex')}`;
      const statement = await draftStopStatement(ada.deps, ada.principal, ada.tenant, digest);
      const body = { countersignature: ada.key().sign(statement, AT) };
      return { path: 'stops', body, subjects: [statementHash(systemHashing, statement)] };
    },
  },
};

/** Interrupts what a customer signs at each picked step, and submits it again. */
export function cutSigningShort(engine: Engine, name: string, pick: Pick): Promise<CutShortReport> {
  const signing = SIGNINGS[name];
  if (signing === undefined) throw new Error(`nothing is signed that is called ${name}`);
  return inFailBroker(engine, async (broker) => {
    const stage = new Stage(broker.host, engineer(0));
    const ada = await Claimant.of(
      { deps: broker.host, as: (email) => stage.as(email) },
      PEOPLE.approver.email,
    );
    await claimFor([ada]);
    const page = await pageOf(broker, ada);
    const prepare = async (): Promise<Cut> => {
      const { path, body, subjects } = await signing.sign(ada);
      const key = randomUUID();
      const headers = signing.unit === 'call' ? { ...page, 'idempotency-key': key } : page;
      const url = `${broker.brokerUrl}/api/v1/tenants/${ada.tenant}/${path}`;
      const look = await lookAt(broker.store.url, subjects, key);
      return { look, send: () => callApi(null, 'POST', url, body, headers) };
    };
    return cutEach(broker, { ...signing, name: `${name} on ${engine}` }, prepare, pick);
  });
}

/** The headers that a broker page sends for a person who signed in at their provider. */
async function pageOf(broker: FailBroker, { principal }: Claimant): Promise<Record<string, string>> {
  const { secret } = await broker.host.store.asVendor((unit) => {
    const draft = { person: principal.person, assurance: 'oidc' as const, device: 'a test' };
    return startSessionIn(broker.host, unit, { ...draft, parent: null, replaces: null }, SESSION);
  });
  const cookie = `${SESSION_COOKIE}=${secret}`;
  return { cookie, origin: broker.brokerUrl, 'sec-fetch-site': 'same-origin' };
}

/** Everything in the store about the signed item, without ids, so that runs can be compared. */
async function lookAt(url: string, subjects: readonly string[], key: string): Promise<Cut['look']> {
  const any = (column: string) => subjects.map((each) => `${column} LIKE '%${each}%'`).join(' OR ');
  const words = async (sql: string) => (await rowsAt<{ word: string }>(url, sql)).map(({ word }) => word);
  const count = async (sql: string) => (await rowsAt<{ count: number }>(url, sql))[0]?.count ?? 0;
  const fed = 'SELECT count(*) AS count FROM feed_changes';
  const before = await count(fed);
  return async () => ({
    proposals: await words(`SELECT state AS word FROM trust_proposals WHERE ${any('id')}`),
    signatures: await count(`SELECT count(*) AS count FROM trust_signatures WHERE ${any('proposal')}`),
    versions: await count(`SELECT count(*) AS count FROM trust_versions WHERE ${any('hash')}`),
    stops: await count(`SELECT count(*) AS count FROM stops WHERE ${any('hash')}`),
    leaves: await words(`SELECT type AS word FROM events WHERE ${any('leaf')} ORDER BY tenant, seq`),
    notices: await words(`SELECT kind AS word FROM notices WHERE ${any('subject')} ORDER BY id`),
    feedChanges: (await count(fed)) - before,
    rememberedAnswers: await count(`SELECT count(*) AS count FROM idempotent_answers WHERE key = '${key}'`),
  });
}
