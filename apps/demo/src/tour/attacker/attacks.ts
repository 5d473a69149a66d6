import { z } from 'zod';
import { expectAnswer, expectThat, readBody, until } from '../http.js';
import { CLAIMED_TENANT, INTRUDER } from '../people.js';
import type { TourStep } from '../step.js';
import type { AttackContext } from './context.js';
import { INVOICES } from './honest.js';
import { SoftwarePasskey } from './passkey.js';

const PAYROLL = `/tenants/${CLAIMED_TENANT}/payroll`;
/** Until the gateway has heard of a grant that was put into the database. */
const HEARD_MS = 10_000;

const refusalShape = z.object({ reason: z.string(), detail: z.string() });

/** Calls with the forged token, and answers in words how it was refused. @throws TourError unless for that reason */
async function refused(context: AttackContext, token: string, path: string, reason: string): Promise<string> {
  const answer = await until(
    () => context.attack(token, path),
    ({ code }) => code !== 'grant_ended',
    HEARD_MS,
    'the gateway never heard of the grant that was put into the database',
  );
  expectAnswer(answer, `GET ${path} with a forged token`, 403, 'not_countersigned');
  const said = readBody(refusalShape, answer, 'the refusal');
  expectThat(said.reason === reason, `the refusal should say ${reason}, and says ${said.reason}`);
  return `the gateway: 403 not_countersigned, ${said.reason} (${said.detail})`;
}

export const grantOutOfNothing: TourStep<AttackContext> = {
  title: 'Attack 1: a grant out of nothing',
  who: INTRUDER,
  async run(context) {
    const grant = await context.insertGrant();
    const answer = await refused(context, await context.forge(grant, []), INVOICES, 'too_few');
    return [
      `puts grant ${grant.id} into the database, has the broker tell its gateways, and signs a token with the real signing key`,
      `GET ${INVOICES}`,
      answer,
      'why: the token is genuine and the grant is on the list, but two people of Initech have to have signed, and none has',
    ];
  },
};

export const widerThanSigned: TourStep<AttackContext> = {
  title: 'Attack 2: real signatures under wider terms',
  who: INTRUDER,
  async run(context) {
    const grant = await context.insertGrant({ scope: [{ resource: 'payroll', actions: ['list'] }] });
    const token = await context.forge(grant, context.signatures);
    const answer = await refused(context, token, PAYROLL, 'wrong_digest');
    return [
      'takes what Ivan and Joan have really signed, for invoices, and puts it under terms that say payroll',
      `GET ${PAYROLL}`,
      answer,
      'why: a signature is of one digest, and the gateway computes the digest of the token’s terms itself',
    ];
  },
};

export const keyOfTheirOwn: TourStep<AttackContext> = {
  title: 'Attack 3: a passkey of the intruder’s own in the customer’s name',
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
    const answer = await refused(context, await context.forge(grant, forged), INVOICES, 'unknown_key');
    return [
      'signs in as Ivan, enrols a passkey that only the intruder holds, and signs the grant with it as Ivan and as Joan',
      `GET ${INVOICES}`,
      answer,
      'why: the gateway knows the passkeys of the trust document that it has pinned; one that is added counts once those have signed it',
    ];
  },
};
