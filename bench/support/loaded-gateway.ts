import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { Organisation } from '@countersign/access';
import { eventually } from '../../test/support/eventually.js';
import { Site } from '../../test/support/site.js';
import type { RivalSetup } from '../rivals/rival.js';
import type { Closing } from './closing.js';
import { cpuMicrosecondsWithChildren } from './cpu.js';
import { JsonPool } from './json-pool.js';
import { type Callers, type LoadOptions, type LoadReport, load, oneCaller } from './load.js';
import { APPROVER, ASK, benchOrganisation, engineer, REVIEWER } from './organisation.js';
import { median, type Row, times } from './table.js';

const DRAIN_MS = 60_000;
/** Seldom, because asking costs the gateway processor time too. */
const DRAIN_PAUSE_MS = 250;
const CONNECTIONS = [128, 16];
const ROUNDS = 5;
/** Counted in calls, not seconds: the slower of two programs would otherwise be measured before its code is compiled. */
const WARM_UP_CALLS = 50_000;
const CALLS = 10_000;

/** A program under load, its processor time so far, and when it has nothing left to do. */
export type LoadedSubject = {
  name: string;
  url: string;
  callers: Callers;
  cpu(): Promise<number>;
  drained(): Promise<unknown>;
};

/** Another program under the same load, and the target at 128 connections (empty if there is none). */
export type ComparedSubject = LoadedSubject & { target: string };

/** The gateway's processor time per call beside that of each rival, in rounds: a row per number of connections and rival. */
export async function compareCpu(
  gateway: LoadedSubject,
  rivals: readonly ComparedSubject[],
  what: (connections: number) => string,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const connections of CONNECTIONS) {
    for (const subject of [gateway, ...rivals]) await perCall(subject, connections, WARM_UP_CALLS);
    const rounds: { ours: number; theirs: number[] }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const ours = await perCall(gateway, connections, CALLS);
      const theirs: number[] = [];
      for (const rival of rivals) theirs.push(await perCall(rival, connections, CALLS));
      rounds.push({ ours, theirs });
    }
    for (const [at, { name, target }] of rivals.entries()) {
      const their = rounds.map(({ theirs }) => theirs[at] ?? Number.NaN);
      rows.push({
        what: what(connections),
        figure: `${Math.round(median(rounds.map(({ ours }) => ours)))} µs`,
        rival: name,
        rivalFigure: `${Math.round(median(their))} µs`,
        ratio: times(median(rounds.map(({ ours }, round) => ours / (their[round] ?? Number.NaN)))),
        target: connections === 128 ? target : '',
      });
    }
  }
  return rows;
}

const perCall = async (subject: LoadedSubject, connections: number, amount: number): Promise<number> =>
  (await measured(subject, { connections, amount })).cpu;

/** Puts a program under load. `cpu`: microseconds of processor time for each call. */
export async function measured(
  subject: LoadedSubject,
  options: Omit<LoadOptions, 'url' | 'callers'>,
): Promise<LoadReport & { cpu: number }> {
  const { name, callers, url } = subject;
  const before = await subject.cpu();
  const report = await load({ url, callers, ...options }).catch((cause: unknown) => {
    throw new Error(`${name} broke or refused a call`, { cause });
  });
  await subject.drained();
  return { ...report, cpu: ((await subject.cpu()) - before) / report.answered };
}

/** A broker and a gateway before this upstream. `change` changes the organisation first. */
export async function startGatewaySite(
  upstream: string,
  closing: Closing,
  change: (file: Organisation) => void = () => undefined,
  gatewayEnv: Record<string, string> = {},
  engineers = 1,
): Promise<Site> {
  const organisation = benchOrganisation(engineers, upstream);
  change(organisation);
  const site = await Site.start({ organisation, gatewayEnv });
  closing.add(() => site.close());
  await site.startGateway();
  return site;
}

/** The gateway under load at this path. It is drained once every record is at the broker. */
export function subjectOf(site: Site, path: string, headers: Record<string, string>): LoadedSubject {
  const drained = () =>
    eventually(
      'every record is at the broker',
      async () => {
        const answer = await fetch(`${site.gatewayAdminUrl}/readyz`);
        const { spool } = (await answer.json()) as { spool: { backlog: number; shipped: boolean } };
        return spool.shipped && spool.backlog === 0;
      },
      DRAIN_MS,
      DRAIN_PAUSE_MS,
    );
  const cpu = async () => cpuMicrosecondsWithChildren(site.gateway.pid);
  return { name: 'gateway', url: `${site.gatewayUrl}${path}`, callers: oneCaller(headers), cpu, drained };
}

/** A grant token for `ASK`, requested, reviewed and approved. */
export async function tokenFor(site: Site, changed: Partial<typeof ASK> = {}): Promise<string> {
  const api = new JsonPool(site.brokerUrl, 1);
  const token = await tokenOf(site, api, 0, changed);
  await api.close();
  return token;
}

/** Tokens of so many grants of each engineer. */
export async function tokensFor(site: Site, { engineers, each }: { engineers: number; each: number }) {
  const api = new JsonPool(site.brokerUrl, engineers);
  const tokens = await Promise.all(
    Array.from({ length: engineers }, async (_, index) => {
      const mine: string[] = [];
      for (let count = 0; count < each; count += 1) mine.push(await tokenOf(site, api, index, {}));
      return mine;
    }),
  );
  await api.close();
  return tokens.flat();
}

async function tokenOf(
  site: Site,
  api: JsonPool,
  index: number,
  changed: Partial<typeof ASK>,
): Promise<string> {
  const mine = await site.key(engineer(index));
  const { id, digest } = await api.call<{ id: string; digest: string }>(
    mine,
    'POST',
    '/api/v1/requests',
    201,
    { ...ASK, ...changed },
  );
  for (const who of [REVIEWER, APPROVER]) {
    const body = { decision: 'approve', digest };
    await api.call(await site.key(who), 'POST', `/api/v1/requests/${id}/reviews`, 201, body);
  }
  const { grant } = await api.call<{ grant: string }>(mine, 'GET', `/api/v1/requests/${id}`, 200);
  const minted = await api.call<{ access_token: string }>(
    mine,
    'POST',
    `/api/v1/grants/${grant}/tokens`,
    200,
  );
  return minted.access_token;
}

export const bearing = (token: string) => ({ authorization: `Bearer ${token}` });

/** What a rival needs to verify the token itself and to forward calls. `upstream`: host and port. */
export async function rivalSetupOf(
  site: Site,
  token: string,
  upstream: string,
  closing: Closing,
): Promise<RivalSetup> {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    iss: string;
    aud: string;
  };
  const answer = await fetch(`${site.brokerUrl}/.well-known/jwks.json`);
  const { keys } = (await answer.json()) as { keys: JsonWebKey[] };
  const [jwk = {}] = keys;
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  return { upstream, issuer: claims.iss, audience: claims.aud, pem: pem.toString(), jwk, closing };
}

/** A rival that verifies nothing would look good. */
export async function requireVerifies(name: string, url: string, token: string): Promise<void> {
  const [head, claims] = token.split('.');
  const forged = bearing(`${head}.${claims}.${Buffer.alloc(64, 1).toString('base64url')}`);
  const { status } = await fetch(url, { headers: forged });
  if (status !== 401) throw new Error(`${name} answered ${status} to a forged token`);
}
