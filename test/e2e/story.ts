import { EVERYTHING, ingestRecords } from '@countersign/access';
import { uuidV7Ids } from '@countersign/persistence';
import { aRecord } from '../contract/support/rows.js';
import { ask } from '../factories/ask.js';
import type { PersonName } from '../factories/organisation.js';
import type { Answer, TestBroker } from './harness.js';

export interface RequestBody {
  id: string;
  digest: string;
  state: string;
  grant: string | null;
  lapsesAt: string;
  reviews: { person: string; side: string; decision: string }[];
  [member: string]: unknown;
}

/** @throws Error with the answer's text if the status is another */
export function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${answer.text}`);
  return answer;
}

export const codeOf = (answer: Answer): string =>
  `${answer.status} ${(answer.body as { code?: string }).code}`;

export async function makeRequest(
  broker: TestBroker,
  who: PersonName = 'engineer',
  change: Record<string, unknown> = {},
): Promise<RequestBody> {
  const answer = await broker.call(who, 'POST', '/api/v1/requests', { body: ask(change) });
  return expectStatus(answer, 201).body as RequestBody;
}

export function review(
  broker: TestBroker,
  who: PersonName,
  request: RequestBody,
  decision: 'approve' | 'deny' = 'approve',
): Promise<Answer> {
  const body = { decision, digest: request.digest, ...(decision === 'deny' ? { reason: 'not now' } : {}) };
  return broker.call(who, 'POST', `/api/v1/requests/${request.id}/reviews`, { body });
}

export async function readRequest(broker: TestBroker, id: string, who: PersonName = 'reviewer') {
  return expectStatus(await broker.call(who, 'GET', `/api/v1/requests/${id}`), 200).body as RequestBody;
}

/** Makes a request that both sides approve. @returns the request with its grant's id */
export async function makeGrant(
  broker: TestBroker,
  who: PersonName = 'engineer',
  change: Record<string, unknown> = {},
): Promise<{ request: RequestBody; grant: string }> {
  const asked = await makeRequest(broker, who, change);
  const approver = change['tenant'] === 'globex' ? 'foreignApprover' : 'approver';
  expectStatus(await review(broker, 'reviewer', asked), 201);
  expectStatus(await review(broker, approver, asked), 201);
  const request = await readRequest(broker, asked.id);
  if (request.grant === null) throw new Error(`no grant: ${request.state}`);
  return { request, grant: request.grant };
}

export async function mintToken(broker: TestBroker, grant: string, who: PersonName = 'engineer') {
  const answer = await broker.call(who, 'POST', `/api/v1/grants/${grant}/tokens`);
  return expectStatus(answer, 200).body as { access_token: string; token_type: string; expires_in: number };
}

/** A call under a grant at a new gateway, and the head that the gateway signed two minutes later. @returns the id of its record */
export async function recordCall(
  broker: TestBroker,
  gatewayName: string,
  { request, grant }: Awaited<ReturnType<typeof makeGrant>>,
): Promise<string> {
  const { credential } = await broker.enrolGateway(gatewayName);
  const { gateway } = credential;
  const at = broker.clock.now().toISOString();
  const [id, headId] = [uuidV7Ids.next('rec'), uuidV7Ids.next('rec')];
  const view = aRecord({ id: grant, tenant: 'acme' } as never, {
    ...{ id, at, digest: request.digest, request: request.id, person: broker.persons.engineer },
    ...{ service: 'billing', gateway, boot: BOOT, grant },
  });
  broker.clock.advance(120);
  const place = { tenant: 'acme', boot: BOOT };
  await ingestRecords(broker.host, [
    {
      ...{ gateway, boot: BOOT, binding: EVERYTHING },
      records: [
        { ...place, kind: 'allowed', seq: 1, prev: null, hash: 'h1', at, view, path: null },
        {
          ...{ ...place, kind: 'head', seq: 2, prev: 'h1', hash: 'h2', signature: 's', signed: true },
          ...{ id: headId, at: broker.clock.now().toISOString() },
        },
      ],
    },
  ]);
  return id;
}

const BOOT = '0199f0a0-7b2c-4003-8000-000000000003';
