import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ask } from '../factories/ask.js';
import { callGateway } from './call-gateway.js';
import { type Answered, callApi, codeOf, expectStatus } from './http.js';
import type { Asked, Place, Who } from './story.js';

/** Temporary failures: nothing was done, and the same call may succeed later. */
const AGAIN = new Set(['503 not_ready', '409 conflict']);
const RETRY_MS = 20;
const CALLS_EACH = 3;
/** Far longer than the usual second, for overloaded machines. */
const HEARS_WITHIN_MS = 60_000;

/** Retries as a person who loses the connection: the same call with the same Idempotency-Key, until it is answered. */
export async function surely(
  place: Place,
  who: Who,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answered> {
  const key = await place.key(who);
  const headers = method === 'POST' ? { 'idempotency-key': randomUUID() } : {};
  for (;;) {
    const answer = await callApi(key, method, `${place.brokerUrl}/api/v1${path}`, body, headers).catch(
      () => undefined,
    );
    if (answer !== undefined && !AGAIN.has(codeOf(answer))) return answer;
    await pause(RETRY_MS);
  }
}

/** The answers of an errand so far. */
export type Progress = { answers: number; asked: string[]; problems: string[] };

/**
 * Runs one engineer's errands in sequence until `isOver`: request access, get both approvals, mint a token, call the
 * data service, release the grant.
 */
export async function runErrands(
  place: Place,
  gatewayUrl: string,
  who: Who,
  progress: Progress,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    try {
      await oneErrand(place, gatewayUrl, who, progress);
    } catch (error) {
      progress.problems.push(String(error));
      return;
    }
  }
}

async function oneErrand(place: Place, gatewayUrl: string, who: Who, progress: Progress): Promise<void> {
  const step = async <T>(
    by: Who,
    method: string,
    path: string,
    status: number,
    body?: unknown,
  ): Promise<T> => {
    const answer = await surely(place, by, method, path, body);
    progress.answers += 1;
    return expectStatus<T>(answer, status);
  };
  const { id, digest } = await step<Asked>(who, 'POST', '/requests', 201, ask());
  progress.asked.push(id);
  for (const by of ['reviewer', 'approver'] as const)
    await step(by, 'POST', `/requests/${id}/reviews`, 201, { decision: 'approve', digest });
  const { grant } = await step<Asked>(who, 'GET', `/requests/${id}`, 200);
  const minted = await step<{ access_token: string }>(who, 'POST', `/grants/${grant}/tokens`, 200);
  for (let call = 0; call < CALLS_EACH; call += 1) await callThrough(gatewayUrl, minted.access_token);
  await step(who, 'POST', `/grants/${grant}/release`, 200);
}

/** A gateway that is just reconnecting does not know such a new grant yet and refuses; it receives the grant soon. */
async function callThrough(gatewayUrl: string, token: string): Promise<void> {
  const end = performance.now() + HEARS_WITHIN_MS;
  for (;;) {
    const { status, code } = await callGateway({ gatewayUrl }, token);
    if (status === 200) return;
    if (code !== 'grant_ended' || performance.now() > end)
      throw new Error(`the gateway answered ${status} ${code}`);
    await pause(RETRY_MS);
  }
}
