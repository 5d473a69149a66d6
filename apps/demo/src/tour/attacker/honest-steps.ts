import { grantEndpoints, requestEndpoints } from '@countersign/api';
import { z } from 'zod';
import { expectAnswer, expectThat, readBody } from '../http.js';
import { CLAIMED_TENANT, ERIN, IVAN, MAX } from '../people.js';
import type { TourStep } from '../step.js';
import { requestSentence, shortDigest } from '../words.js';
import { copyClaims } from './compromised-broker.js';
import type { AttackContext } from './context.js';

export const INVOICES = `/tenants/${CLAIMED_TENANT}/invoices`;

const REQUEST = {
  tenant: CLAIMED_TENANT,
  service: 'billing',
  scope: [{ resource: 'invoices', actions: ['list'] }],
  duration: 'PT15M',
  justification: 'Case 4712: an invoice is missing',
};

export const requestHonestly: TourStep<AttackContext> = {
  title: 'Erin requests access, and Max reviews at Northwind',
  who: ERIN,
  async run({ vendor }) {
    vendor.request = await vendor.read(ERIN, requestEndpoints.create, 'the request', { body: REQUEST });
    const { id, digest } = vendor.request;
    const body = { decision: 'approve', digest };
    await vendor.read(MAX, requestEndpoints.review, 'Max’s review', { params: { id }, body });
    return [
      requestSentence(vendor.request, 'Erin'),
      `digest ${shortDigest(digest)}; now it waits for Initech`,
    ];
  },
};

export const countersign: TourStep<AttackContext> = {
  title: 'Ivan and Joan sign exactly that',
  who: IVAN,
  async run({ vendor, signers, signatures, place }) {
    const { id, digest } = vendor.request;
    const params = { id };
    for (const signer of signers) {
      const { statement } = await signer.read(requestEndpoints.statement, { params });
      expectThat(
        statement.digest === digest,
        `${signer.persona.name} is asked to sign another digest than was requested`,
      );
      const countersignature = signer.sign(statement, place);
      signatures.push(countersignature);
      const body = { decision: 'approve', digest, countersignature };
      await signer.read(requestEndpoints.review, { params, body });
    }
    vendor.request = await vendor.read(ERIN, requestEndpoints.read, 'the request', { params });
    const grant = { id: vendor.request.grant ?? '' };
    vendor.grant = await vendor.read(ERIN, grantEndpoints.read, 'the grant', { params: grant });
    return [
      'each with a passkey, over the digest, the window and the trust document',
      `grant ${vendor.grant.id}; its token carries both signatures`,
    ];
  },
};

const invoicesShape = z.object({ items: z.array(z.object({ id: z.string() })) });

/** What was signed is allowed, both before and after the attacks: the gateway does not simply refuse everything. */
async function listInvoices({ vendor }: AttackContext): Promise<string> {
  const answer = await vendor.callThroughGateway('GET', INVOICES);
  expectAnswer(answer, `GET ${INVOICES}`, 200);
  return `200: ${readBody(invoicesShape, answer, 'the invoices').items.length} invoices`;
}

export const useHonestGrant: TourStep<AttackContext> = {
  title: 'What was signed is allowed',
  who: ERIN,
  async run(context) {
    const { vendor } = context;
    const params = { id: vendor.grant.id };
    const { access_token: token } = await vendor.read(ERIN, grantEndpoints.token, 'minting a token', {
      params,
    });
    vendor.token = token;
    context.claims = copyClaims(token);
    return [`GET ${vendor.grant.gatewayUrl}${INVOICES}`, await listInvoices(context)];
  },
};

export const useHonestGrantAgain: TourStep<AttackContext> = {
  title: 'Meanwhile the honest token works as before',
  who: ERIN,
  async run(context) {
    return [await listInvoices(context), 'the gateway still allows what Initech’s people have signed'];
  },
};
