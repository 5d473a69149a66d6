import { TourContext } from './context.js';
import { ask, closedDoor, customerDecision, token, vendorReview } from './decide-steps.js';
import { call } from './http.js';
import { ERIN, GWEN, MAX, type Persona } from './people.js';
import type { TourStep } from './step.js';
import { type DoneStep, playSteps, TourError } from './step.js';
import { afterwards, allowedCall, liveRecords, refusedCalls, stop, tenantLog } from './use-steps.js';

/** Makes and ends the API keys with which the tour speaks as each person: what `keys create` and `keys revoke` do. */
export type TourKeys = {
  /** @param ttlSeconds how long the key lives if the tour cannot revoke it */
  create(email: string, tenant: string | null, ttlSeconds: number): Promise<{ id: string; key: string }>;
  revoke(id: string): Promise<void>;
};

export type TourOptions = {
  brokerUrl: string;
  gatewayUrl: string;
  keys: TourKeys;
  /** Told as soon as a step is done. */
  onStep(step: DoneStep): void;
};

export type TourResult = { tenant: string; request: string | null; grant: string | null; steps: DoneStep[] };

const STEPS: TourStep[] = [
  closedDoor,
  ask,
  vendorReview,
  customerDecision,
  token,
  allowedCall,
  refusedCalls,
  liveRecords,
  stop,
  afterwards,
  tenantLog,
];
const KEY_TTL_SECONDS = 600;

/**
 * Plays the main job against what runs, step by step; each step checks what it expects. May be repeated: it makes
 * a request of its own each time, and leaves no open grant, no open request and no key behind.
 * @throws TourError `not_running`, `other_store`, `tour_failed`
 */
export async function playTour(options: TourOptions): Promise<TourResult> {
  const context = new TourContext(options.brokerUrl, options.gatewayUrl);
  const made: string[] = [];
  try {
    for (const persona of [ERIN, MAX, GWEN]) {
      const { id, key } = await options.keys.create(persona.email, persona.tenant, KEY_TTL_SECONDS);
      made.push(id);
      context.giveKey(persona, key);
    }
    await checkSameStore(context, options.brokerUrl, ERIN);
    const steps = await playSteps(STEPS, context, options.onStep);
    for (const id of made.splice(0)) await options.keys.revoke(id);
    return { tenant: context.request.tenant, ...context.soFar(), steps };
  } finally {
    // Only after a step failed are there keys left. That failure is what to tell; the keys live minutes at most.
    if (made.length > 0) {
      await leaveNothingOpen(context);
      await Promise.allSettled(made.map((id) => options.keys.revoke(id)));
    }
  }
}

/** @throws TourError `not_running` unless a broker is there and ready */
export async function requireRunning(brokerUrl: string): Promise<void> {
  const { status } = await call('GET', `${brokerUrl}/readyz`);
  if (status !== 200)
    throw new TourError('not_running', `the broker at ${brokerUrl} is not ready (${status})`);
}

/** A broker on another store does not know keys that were made in this one. @throws TourError `other_store` */
export async function checkSameStore(
  context: TourContext,
  brokerUrl: string,
  persona: Persona,
): Promise<void> {
  const answer = await context.as(persona, 'GET', '/api/v1/requests?limit=1');
  if (answer.status !== 401) return;
  throw new TourError(
    'other_store',
    `the broker at ${brokerUrl} does not know a key made in this store: set COUNTERSIGN_DATA_DIR or COUNTERSIGN_DATABASE_URL as it has them`,
  );
}

/** After a step that failed, its request or grant may still be open. What is closed already refuses, and may. */
async function leaveNothingOpen(context: TourContext): Promise<void> {
  const { request, grant } = context.soFar();
  try {
    if (grant !== null) {
      await context.as(GWEN, 'POST', `/api/v1/grants/${grant}/revocation`, { reason: 'The tour has ended' });
    } else if (request !== null) {
      await context.as(ERIN, 'POST', `/api/v1/requests/${request}/cancel`);
    }
  } catch (error) {
    // The broker is gone: the failure that stopped the tour says so already, and the request lapses by itself.
    if (!(error instanceof TourError)) throw error;
  }
}
