import type { Organisation } from '@countersign/access';
import autocannon from 'autocannon';
import { eventually } from '../../test/support/eventually.js';
import { Site } from '../../test/support/site.js';
import type { Closing } from './closing.js';
import { cpuMicroseconds, REPORT_CPU } from './cpu.js';
import { JsonPool } from './json-pool.js';
import { APPROVER, ASK, benchOrganisation, engineer, REVIEWER } from './organisation.js';

const DRAIN_MS = 60_000;
/** Seldom, because asking costs the gateway processor time too. */
const DRAIN_PAUSE_MS = 250;

/** A program under load, its processor time so far, and when it has nothing left to do. */
export type LoadedSubject = {
  name: string;
  url: string;
  headers: Record<string, string>;
  cpu(): Promise<number>;
  drained(): Promise<unknown>;
};

/** Microseconds of processor time for each call that was answered. */
export async function perCall(subject: LoadedSubject, connections: number, amount: number): Promise<number> {
  const before = await subject.cpu();
  const { name, headers, url } = subject;
  const load = await autocannon({ url, connections, amount, headers });
  await subject.drained();
  const used = (await subject.cpu()) - before;
  if (load.non2xx > 0 || load.errors > 0)
    throw new Error(`${name} refused ${load.non2xx} calls and broke ${load.errors}`);
  return used / load.requests.total;
}

/** A broker and a gateway before this upstream. `change` changes the organisation first. */
export async function startGatewaySite(
  upstream: string,
  closing: Closing,
  change: (file: Organisation) => void = () => undefined,
  gatewayEnv: Record<string, string> = {},
): Promise<Site> {
  const organisation = benchOrganisation(1, upstream);
  change(organisation);
  const site = await Site.start({ organisation, preload: [REPORT_CPU], gatewayEnv });
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
  const cpu = () => cpuMicroseconds(site.gateway.child);
  return { name: 'gateway', url: `${site.gatewayUrl}${path}`, headers, cpu, drained };
}

/** A grant token for `ASK`, requested, reviewed and approved. */
export async function tokenFor(site: Site): Promise<string> {
  const api = new JsonPool(site.brokerUrl, 1);
  const mine = await site.key(engineer(0));
  const { id, digest } = await api.call<{ id: string; digest: string }>(
    mine,
    'POST',
    '/api/v1/requests',
    201,
    ASK,
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
  await api.close();
  return minted.access_token;
}

export const bearing = (token: string) => ({ authorization: `Bearer ${token}` });
