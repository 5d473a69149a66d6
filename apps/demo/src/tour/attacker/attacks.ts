import { z } from 'zod';
import { expectAnswer, expectThat, readBody, until } from '../http.js';
import { CLAIMED_TENANT, INTRUDER } from '../people.js';
import type { TourStep } from '../step.js';
import type { AttackContext } from './context.js';
import { INVOICES } from './honest-steps.js';
import { SoftwarePasskey } from './passkey.js';

const PAYROLL = `/tenants/${CLAIMED_TENANT}/payroll`;
/** How long the gateway may take to receive a grant that was inserted into the database. */
const FEED_MS = 10_000;

/** What the gateway's `not_countersigned` says besides its code. */
const refusalShape = z.object({ reason: z.string(), detail: z.string() });

/** Calls with a forged token. @returns the refusal in words. @throws TourError unless it is refused for this reason */
async function expectRefusal(
  context: AttackContext,
  token: string,
  path: string,
  reason: string,
): Promise<string> {
  const answer = await until(
    () => context.vendor.callWithToken(token, path),
    ({ code }) => code !== 'grant_ended',
    FEED_MS,
    'the gateway never received the grant that was inserted into the database',
  );
  expectAnswer(answer, `GET ${path} with a forged token`, 403, 'not_countersigned');
  const refusal = readBody(refusalShape, answer, 'the refusal');
  expectThat(refusal.reason === reason, `the refusal should say ${reason}, and says ${refusal.reason}`);
  return `the gateway: 403 not_countersigned, ${refusal.reason} (${refusal.detail})`;
}

export const inventGrant: TourStep<AttackContext> = {
  title: 'Attack 1: an invented grant',
  who: INTRUDER,
  async run(context) {
    const grant = await context.insertGrant();
    const refusal = await expectRefusal(context, await context.forgeToken(grant, []), INVOICES, 'too_few');
    return [
      `inserts grant ${grant.id} into the database, makes the broker send it to the gateways, and signs a token with the real signing key`,
      `GET ${INVOICES}`,
      refusal,
      'why: the token is genuine and the grant is on the list, but two people of Initech must sign, and no one has',
    ];
  },
};

export const widenTerms: TourStep<AttackContext> = {
  title: 'Attack 2: real signatures under wider terms',
  who: INTRUDER,
  async run(context) {
    const grant = await context.insertGrant({ scope: [{ resource: 'payroll', actions: ['list'] }] });
    const token = await context.forgeToken(grant, context.signatures);
    const refusal = await expectRefusal(context, token, PAYROLL, 'wrong_digest');
    return [
      'takes the real signatures of Ivan and Joan, which are for invoices, and puts them under terms that say payroll',
      `GET ${PAYROLL}`,
      refusal,
      'why: a signature covers one digest, and the gateway computes the digest of the token’s terms itself',
    ];
  },
};

export const plantPasskey: TourStep<AttackContext> = {
  title: 'Attack 3: the intruder’s own passkey in the customer’s name',
  who: INTRUDER,
  async run(context) {
    const planted = SoftwarePasskey.make();
    context.planted.push(planted);
    const [ivan] = context.signers;
    await ivan.enrolWith(planted);
    const grant = await context.insertGrant();
    const forged = context.signatures.map(({ statement }) =>
      planted.sign({ ...statement, digest: grant.digest }, context.place),
    );
    const token = await context.forgeToken(grant, forged);
    const refusal = await expectRefusal(context, token, INVOICES, 'unknown_key');
    return [
      'signs in as Ivan, enrols a passkey that only the intruder holds, and signs the grant with it as Ivan and as Joan',
      `GET ${INVOICES}`,
      refusal,
      'why: the gateway knows the passkeys of the trust document that it has pinned; a new passkey counts once those have signed it',
    ];
  },
};
