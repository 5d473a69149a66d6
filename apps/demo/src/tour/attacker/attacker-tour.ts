import { grantEndpoints, passkeyEndpoints, requestEndpoints } from '@countersign/api';
import { TourContext } from '../context.js';
import { CLAIMED_TENANT, ERIN, IVAN, JOAN, MAX, type Persona } from '../people.js';
import { playSteps, type TourStep } from '../step.js';
import { CREDENTIAL_SECONDS, checkSameStore, type TourOptions, type TourResult } from '../tour.js';
import { inventGrant, plantPasskey, widenTerms } from './attacks.js';
import { claimTenant } from './claim-step.js';
import type { CompromisedBroker } from './compromised-broker.js';
import { AttackContext } from './context.js';
import { countersign, requestHonestly, useHonestGrant, useHonestGrantAgain } from './honest-steps.js';
import { KeyRing, Signer } from './signer.js';

const STEPS: readonly TourStep<AttackContext>[] = [
  claimTenant,
  requestHonestly,
  countersign,
  useHonestGrant,
  inventGrant,
  widenTerms,
  plantPasskey,
  useHonestGrantAgain,
];

/**
 * Plays three attacks by a compromised broker on a claimed tenant, and honest use before and after. Each step checks what it
 * expects. The tour may be repeated: Initech is claimed once, by passkeys that are kept in `dataDir`; grants, sessions, keys
 * and planted passkeys are ended each time. (A new tenant for each tour would stay behind each time, because a slug is never
 * used again, and the demo's data service has no data for it.)
 *
 * @throws TourError
 */
export async function playAttackerTour(
  options: TourOptions & { dataDir: string; broker: CompromisedBroker },
): Promise<TourResult> {
  const { brokerUrl, gatewayUrl, keys, broker, onStep } = options;
  const vendor = new TourContext(brokerUrl, gatewayUrl);
  // What must be undone, in the order in which it was done.
  const undo: (() => Promise<unknown>)[] = [];
  try {
    for (const persona of [ERIN, MAX]) {
      const { id, key } = await keys.create(persona.email, persona.tenant, CREDENTIAL_SECONDS);
      undo.push(() => keys.revoke(id));
      vendor.setKey(persona, key);
    }
    await checkSameStore(vendor, brokerUrl, ERIN);
    const ring = await KeyRing.load(options.dataDir);
    const signIn = async (persona: Persona) => {
      const { secret, end } = await broker.signInAs(persona);
      undo.push(end);
      return new Signer(persona, brokerUrl, secret, ring);
    };
    const context = new AttackContext(vendor, [await signIn(IVAN), await signIn(JOAN)], broker);
    undo.push(() => endEverything(context));
    const steps = await playSteps(STEPS, context, onStep);
    for (const each of undo.splice(0).reverse()) await each();
    return { tenant: CLAIMED_TENANT, ...vendor.ids(), steps };
  } finally {
    // Something is left only after a failure. That failure is reported, so failures of the clean-up are ignored.
    for (const each of undo.reverse()) await each().catch(() => undefined);
  }
}

/** Ends the honest grant (or request) and the inserted grants, and removes planted passkeys. */
async function endEverything({ vendor, inserted, planted, signers: [ivan] }: AttackContext): Promise<void> {
  const { request, grant } = vendor.ids();
  const grants = [...inserted.map(({ id }) => id), ...(grant === null ? [] : [grant])];
  for (const id of grants) await vendor.call(ERIN, grantEndpoints.release, { params: { id } });
  if (grant === null && request !== null)
    await vendor.call(ERIN, requestEndpoints.cancel, { params: { id: request } });
  for (const { id } of planted) await ivan.call(passkeyEndpoints.remove, { params: { credential: id } });
}
