import { ask } from '../factories/ask.js';
import type { PersonName } from '../factories/organisation.js';
import { type Answered, callApi, expectStatus } from './http.js';
import type { Site } from './site.js';

export type Asked = { id: string; digest: string; state: string; grant: string | null };
/** The address that people call: one broker, or the balancer in front of several. */
export type Place = Pick<Site, 'key' | 'brokerUrl'>;
export type Who = PersonName | { email: string; tenant: string | null };

const api = async (site: Place, who: Who, method: string, path: string, body?: unknown): Promise<Answered> =>
  callApi(await site.key(who), method, `${site.brokerUrl}/api/v1${path}`, body);

/** Creates a request as an engineer. */
export async function makeRequest(
  site: Place,
  who: Who,
  change: Record<string, unknown> = {},
): Promise<Asked> {
  return expectStatus<Asked>(await api(site, who, 'POST', '/requests', ask(change)), 201);
}

export function decide(
  site: Place,
  who: Who,
  { id, digest }: Asked,
  decision: 'approve' | 'deny',
): Promise<Answered> {
  const body = { decision, digest, ...(decision === 'deny' ? { reason: 'not now' } : {}) };
  return api(site, who, 'POST', `/requests/${id}/reviews`, body);
}

export const cancel = (site: Place, who: Who, { id }: Asked): Promise<Answered> =>
  api(site, who, 'POST', `/requests/${id}/cancel`);

export async function readRequest(site: Place, id: string): Promise<Asked> {
  return expectStatus<Asked>(await api(site, 'reviewer', 'GET', `/requests/${id}`), 200);
}

/** Creates a request that both sides approve, in acme unless `change` names another tenant. @returns the id of the grant */
export async function makeGrant(
  site: Place,
  who: Who = 'engineer',
  change: Record<string, unknown> = {},
  approver: Who = 'approver',
): Promise<string> {
  const asked = await makeRequest(site, who, change);
  expectStatus(await decide(site, 'reviewer', asked, 'approve'), 201);
  expectStatus(await decide(site, approver, asked, 'approve'), 201);
  const { grant } = await readRequest(site, asked.id);
  if (grant === null) throw new Error('approved, and there is no grant');
  return grant;
}

export async function mintToken(site: Place, grant: string, who: Who = 'engineer'): Promise<string> {
  const answer = await api(site, who, 'POST', `/grants/${grant}/tokens`);
  return expectStatus<{ access_token: string }>(answer, 200).access_token;
}

export async function revokeGrant(site: Place, grant: string): Promise<void> {
  expectStatus(await api(site, 'approver', 'POST', `/grants/${grant}/revocation`, { reason: 'enough' }), 200);
}

/** Every item of a list, page by page. */
export async function listAll<T>(site: Place, who: Who, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await api(site, who, 'GET', `${path}${path.includes('?') ? '&' : '?'}limit=200${more}`);
    const page: { items: T[]; next: string | null } = expectStatus(answer, 200);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}
