import type { ApprovalStatement } from '@countersign/contract';
import { z } from 'zod';
import { expectAnswer, expectThat, readBody } from '../http.js';
import { CLAIMED_TENANT, ERIN, IVAN, MAX } from '../people.js';
import { grantShape, requestShape, tokenShape } from '../shapes.js';
import type { TourStep } from '../step.js';
import { requestSentence, shortDigest } from '../words.js';
import { claimsOf } from './compromised-broker.js';
import type { AttackContext } from './context.js';

export const INVOICES = `/tenants/${CLAIMED_TENANT}/invoices`;

const ASK = {
  tenant: CLAIMED_TENANT,
  service: 'billing',
  scope: [{ resource: 'invoices', actions: ['list'] }],
  duration: 'PT15M',
  justification: 'Case 4712: an invoice is missing',
};
const statementShape = z.object({ statement: z.looseObject({ digest: z.string(), person: z.string() }) });
const invoicesShape = z.object({ items: z.array(z.object({ id: z.string() })) });

export const honestAsk: TourStep<AttackContext> = {
  title: 'Erin asks, and Max reviews at Northwind',
  who: ERIN,
  async run({ vendor }) {
    const asked = await vendor.as(ERIN, 'POST', '/api/v1/requests', ASK);
    expectAnswer(asked, 'the request', 201);
    vendor.request = readBody(requestShape, asked, 'the request');
    const { id, digest } = vendor.request;
    const review = { decision: 'approve', digest };
    const reviewed = await vendor.as(MAX, 'POST', `/api/v1/requests/${id}/reviews`, review);
    expectAnswer(reviewed, 'Max’s review', 201);
    return [
      requestSentence(vendor.request, 'Erin'),
      `digest ${shortDigest(digest)}; now it waits for Initech`,
    ];
  },
};

export const honestSignatures: TourStep<AttackContext> = {
  title: 'Ivan and Joan sign exactly that',
  who: IVAN,
  async run({ vendor, signers, signatures, place }) {
    const { id, digest } = vendor.request;
    for (const signer of signers) {
      const offered = await signer.ask('GET', `/api/v1/requests/${id}/statement`, 200);
      const { statement } = readBody(statementShape, offered, 'what is to be signed');
      expectThat(
        statement.digest === digest,
        `${signer.persona.name} is to sign another digest than was asked`,
      );
      const countersignature = signer.sign(statement as unknown as ApprovalStatement, place);
      signatures.push(countersignature);
      const body = { decision: 'approve', digest, countersignature };
      await signer.ask('POST', `/api/v1/requests/${id}/reviews`, 201, body);
    }
    const read = await vendor.as(ERIN, 'GET', `/api/v1/requests/${id}`);
    vendor.request = readBody(requestShape, read, 'the request');
    const granted = await vendor.as(ERIN, 'GET', `/api/v1/grants/${vendor.request.grant ?? ''}`);
    expectAnswer(granted, 'the grant', 200);
    vendor.grant = readBody(grantShape, granted, 'the grant');
    return [
      'each with a passkey, over the digest, the window and the trust document',
      `grant ${vendor.grant.id}; both signatures travel in its token`,
    ];
  },
};

/** What the two have signed opens, now as at the end: not everything is refused. */
async function listed({ vendor }: AttackContext): Promise<string> {
  const answer = await vendor.through('GET', INVOICES);
  expectAnswer(answer, `GET ${INVOICES}`, 200);
  return `200: ${readBody(invoicesShape, answer, 'the invoices').items.length} invoices`;
}

export const honestCall: TourStep<AttackContext> = {
  title: 'What was signed goes through',
  who: ERIN,
  async run(context) {
    const { vendor } = context;
    const answer = await vendor.as(ERIN, 'POST', `/api/v1/grants/${vendor.grant.id}/tokens`);
    expectAnswer(answer, 'minting a token', 200);
    const { access_token: token } = readBody(tokenShape, answer, 'minting a token');
    vendor.token = token;
    context.claims = claimsOf(token);
    return [`GET ${vendor.grant.gatewayUrl}${INVOICES}`, await listed(context)];
  },
};

export const honestStill: TourStep<AttackContext> = {
  title: 'Meanwhile the honest token works as before',
  who: ERIN,
  async run(context) {
    return [await listed(context), 'the gateway did not shut the door: it kept it for those who have signed'];
  },
};
