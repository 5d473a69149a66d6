import { grantEndpoints, requestEndpoints } from '@countersign/api';
import {
  accessIsOver,
  allowedCall,
  readLog,
  refusedCalls,
  stopAccess,
  watchRecords,
} from './access-steps.js';
import { TourContext } from './context.js';
import { call } from './http.js';
import { ERIN, GWEN, MAX, type Persona } from './people.js';
import {
  customerDecision,
  mintToken,
  noStandingAccess,
  requestAccess,
  vendorReview,
} from './request-steps.js';
import { type DoneStep, playSteps, TourError, type TourStep } from './step.js';

/** Makes and revokes the API keys with which the tour acts as each person, as `keys create` and `keys revoke` do. */
export type TourKeys = {
  /** @param ttlSeconds how long the key works if the tour cannot revoke it */
  create(email: string, tenant: string | null, ttlSeconds: number): Promise<{ id: string; key: string }>;
  revoke(id: string): Promise<void>;
};

export type TourOptions = {
  brokerUrl: string;
  gatewayUrl: string;
  keys: TourKeys;
  /** Called as soon as a step is done. */
  onStep(step: DoneStep): void;
};

export type TourResult = { tenant: string; request: string | null; grant: string | null; steps: DoneStep[] };

const STEPS: TourStep[] = [
  noStandingAccess,
  requestAccess,
  vendorReview,
  customerDecision,
  mintToken,
  allowedCall,
  refusedCalls,
  watchRecords,
  stopAccess,
  accessIsOver,
  readLog,
];

/** The keys and sessions of a tour end by themselves after this time. */
export const CREDENTIAL_SECONDS = 600;

/**
 * Plays the main job against a running demo. Each step checks what it expects. The tour may be repeated: each time it makes
 * a request of its own, and it leaves no open request, grant or key behind.
 * @throws TourError
 */
export async function playTour(options: TourOptions): Promise<TourResult> {
  const context = new TourContext(options.brokerUrl, options.gatewayUrl);
  const keyIds: string[] = [];
  try {
    for (const persona of [ERIN, MAX, GWEN]) {
      const { id, key } = await options.keys.create(persona.email, persona.tenant, CREDENTIAL_SECONDS);
      keyIds.push(id);
      context.setKey(persona, key);
    }
    await checkSameStore(context, options.brokerUrl, ERIN);
    const steps = await playSteps(STEPS, context, options.onStep);
    for (const id of keyIds.splice(0)) await options.keys.revoke(id);
    return { tenant: context.request.tenant, ...context.ids(), steps };
  } finally {
    // Keys are left only after a failure. That failure is reported, so failures of the clean-up are ignored.
    if (keyIds.length > 0) {
      await endRequestAndGrant(context);
      await Promise.allSettled(keyIds.map((id) => options.keys.revoke(id)));
    }
  }
}

/** @throws TourError `not_running` unless a broker answers and is ready */
export async function requireRunning(brokerUrl: string): Promise<void> {
  const { status } = await call('GET', `${brokerUrl}/readyz`);
  if (status !== 200)
    throw new TourError('not_running', `the broker at ${brokerUrl} is not ready (${status})`);
}

/** A broker on another database does not know the keys that were just made. @throws TourError `other_store` */
export async function checkSameStore(
  context: TourContext,
  brokerUrl: string,
  persona: Persona,
): Promise<void> {
  const { status } = await context.call(persona, requestEndpoints.list, { query: { limit: '1' } });
  if (status !== 401) return;
  throw new TourError(
    'other_store',
    `the broker at ${brokerUrl} does not know a key that was made in this database: set COUNTERSIGN_DATA_DIR or COUNTERSIGN_DATABASE_URL as for the broker`,
  );
}

/** After a failure. A refusal is ignored: request or grant may be closed already. */
async function endRequestAndGrant(context: TourContext): Promise<void> {
  const { request, grant } = context.ids();
  try {
    if (grant !== null) {
      const body = { reason: 'The tour has ended' };
      await context.call(GWEN, grantEndpoints.revoke, { params: { id: grant }, body });
    } else if (request !== null) {
      await context.call(ERIN, requestEndpoints.cancel, { params: { id: request } });
    }
  } catch (error) {
    // The broker is gone. The failure that stopped the tour says so already, and the request lapses by itself.
    if (!(error instanceof TourError)) throw error;
  }
}
