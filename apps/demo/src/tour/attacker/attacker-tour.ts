import { TourContext } from '../context.js';
import { CLAIMED_TENANT, ERIN, IVAN, JOAN, MAX } from '../people.js';
import type { TourStep } from '../step.js';
import { playSteps } from '../step.js';
import { checkSameStore, type TourOptions, type TourResult } from '../tour.js';
import { grantOutOfNothing, keyOfTheirOwn, widerThanSigned } from './attacks.js';
import { claimedDoor } from './claim-door.js';
import type { CompromisedBroker } from './compromised-broker.js';
import { AttackContext } from './context.js';
import { honestAsk, honestCall, honestSignatures, honestStill } from './honest.js';
import { KeyRing, Signer } from './signer.js';

const STEPS: readonly TourStep<AttackContext>[] = [
  claimedDoor,
  honestAsk,
  honestSignatures,
  honestCall,
  grantOutOfNothing,
  widerThanSigned,
  keyOfTheirOwn,
  honestStill,
];
const KEY_TTL_SECONDS = 600;

/**
 * Plays three attacks of a broker that was taken over against a claimed tenant, and what is honest between them; each step
 * checks what it expects. May be repeated: Initech is claimed once, by passkeys that are kept in `dataDir`; grants, sessions,
 * keys and planted passkeys go with each tour. (A tenant of its own for each tour would be left behind each time, since a slug
 * is never used again, and the demo's billing service has no data of it.)
 *
 * @throws TourError `not_running`, `other_store`, `tour_failed`
 */
export async function playAttackerTour(
  options: TourOptions & { dataDir: string; host: CompromisedBroker },
): Promise<TourResult> {
  const { brokerUrl, gatewayUrl, keys, host, onStep } = options;
  const vendor = new TourContext(brokerUrl, gatewayUrl);
  const undo: (() => Promise<unknown>)[] = [];
  try {
    for (const persona of [ERIN, MAX]) {
      const { id, key } = await keys.create(persona.email, persona.tenant, KEY_TTL_SECONDS);
      undo.push(() => keys.revoke(id));
      vendor.giveKey(persona, key);
    }
    await checkSameStore(vendor, brokerUrl, ERIN);
    const ring = await KeyRing.load(options.dataDir);
    const signerOf = async (persona: typeof IVAN) => {
      const { secret, end } = await host.signInAs(persona);
      undo.push(end);
      return new Signer(persona, brokerUrl, secret, ring);
    };
    const context = new AttackContext(vendor, [await signerOf(IVAN), await signerOf(JOAN)], host);
    undo.push(() => leaveNothingOpen(context));
    const steps = await playSteps(STEPS, context, onStep);
    for (const each of undo.splice(0).reverse()) await each();
    return { tenant: CLAIMED_TENANT, ...vendor.soFar(), steps };
  } finally {
    // Only after a step failed is something left. That failure is what to tell; keys and sessions live minutes at most.
    for (const each of undo.reverse()) await each().catch(() => undefined);
  }
}

/** Ends the honest grant and the inserted ones, or what was asked, and takes planted passkeys away. */
async function leaveNothingOpen({
  vendor,
  inserted,
  planted,
  signers: [ivan],
}: AttackContext): Promise<void> {
  const { request, grant } = vendor.soFar();
  const grants = [...inserted.map(({ id }) => id), ...(grant === null ? [] : [grant])];
  for (const id of grants) await vendor.as(ERIN, 'POST', `/api/v1/grants/${id}/release`);
  if (grant === null && request !== null) await vendor.as(ERIN, 'POST', `/api/v1/requests/${request}/cancel`);
  for (const { id } of planted) await ivan.call('DELETE', `passkeys/${id}`);
}
