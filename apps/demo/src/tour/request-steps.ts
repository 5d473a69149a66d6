import { type AccessRequest, grantEndpoints, requestEndpoints } from '@countersign/api';
import { z } from 'zod';
import type { TourContext } from './context.js';
import { expectAnswer, expectThat } from './http.js';
import { ERIN, GWEN, MAX, type Persona, TENANT } from './people.js';
import type { TourStep } from './step.js';
import { formatDayAndTime, formatTime, requestSentence, shortDigest } from './words.js';

// The first half of the main tour: from the closed gateway to Erin's token.

export const noStandingAccess: TourStep = {
  title: 'No one has standing access',
  who: ERIN,
  async run(context) {
    const path = `/tenants/${TENANT}/invoices/inv-1001`;
    const answer = await context.callThroughGateway('GET', path);
    expectAnswer(answer, 'a call without a token', 401, 'invalid_token');
    return [`GET ${path}`, 'refused: 401 invalid_token (there is no grant, so there is no token)'];
  },
};

const REQUEST = {
  tenant: TENANT,
  service: 'billing',
  scope: [
    { resource: 'invoices', actions: ['list'] },
    { resource: 'invoices/*', actions: ['read'] },
  ],
  duration: 'PT15M',
  justification: 'Case 4711: an invoice shows a wrong total',
};

export const requestAccess: TourStep = {
  title: 'Erin requests access',
  who: ERIN,
  async run(context) {
    const preview = await context.read(ERIN, requestEndpoints.preview, 'the preview', { body: REQUEST });
    const { outcome, needs } = preview;
    expectThat(
      outcome === 'possible' && needs !== null,
      `the preview should say possible, and says ${outcome}`,
    );
    const request = await context.read(ERIN, requestEndpoints.create, 'the request', { body: REQUEST });
    context.request = request;
    expectThat(
      request.state === 'awaiting_vendor',
      `the new request is ${request.state}, not awaiting_vendor`,
    );
    const { vendor, customer, impact } = needs;
    return [
      requestSentence(request, 'Erin'),
      `needs ${vendor.required} review at Northwind, then ${customer.required} approval at Globex; risk ${impact.level}`,
      `request ${request.id}, digest ${shortDigest(request.digest)}`,
      `silence grants nothing: the request lapses at ${formatDayAndTime(request.lapsesAt)}`,
    ];
  },
};

export const vendorReview: TourStep = {
  title: 'Max reviews at Northwind',
  who: MAX,
  async run(context) {
    const { id, digest } = context.request;
    const own = await context.call(ERIN, requestEndpoints.review, {
      params: { id },
      body: { decision: 'approve', digest },
    });
    expectAnswer(own, "Erin's review of her own request", 403);
    const request = await fetchRequest(context, MAX);
    await approve(context, MAX, request, 'vendor');
    context.request = await fetchRequest(context, MAX);
    const { state } = context.request;
    expectThat(state === 'awaiting_customer', `after Max the request is ${state}`);
    return [
      `reads: ${requestSentence(request, 'Erin Okafor')}`,
      `Erin tried to approve it herself: refused, 403 ${own.code ?? ''}`,
      `Max approves digest ${shortDigest(request.digest)}; now it waits for Globex`,
    ];
  },
};

export const customerDecision: TourStep = {
  title: 'Gwen decides at Globex',
  who: GWEN,
  async run(context) {
    const request = await fetchRequest(context, GWEN);
    await approve(context, GWEN, request, 'customer');
    context.request = await fetchRequest(context, GWEN);
    const { state, grant: id } = context.request;
    expectThat(
      state === 'approved' && id !== null,
      `after Gwen the request is ${state}, grant ${id ?? 'none'}`,
    );
    const grant = await context.read(GWEN, grantEndpoints.read, 'the grant', { params: { id } });
    context.grant = grant;
    expectThat(grant.state === 'active', `the grant is ${grant.state}, not active`);
    expectThat(grant.startsAt !== null && grant.endsAt !== null, 'an active grant has no window');
    return [
      `reads: ${requestSentence(request, 'Erin Okafor (Northwind Cloud)')}`,
      `Northwind has reviewed it; Gwen approves the same digest ${shortDigest(request.digest)}`,
      `grant ${grant.id}: active from ${formatTime(grant.startsAt)} until ${formatTime(grant.endsAt)}, then it ends by itself`,
    ];
  },
};

async function fetchRequest(context: TourContext, persona: Persona): Promise<AccessRequest> {
  const { id, digest } = context.request;
  const what = `the request as ${persona.name} reads it`;
  const request = await context.read(persona, requestEndpoints.read, what, { params: { id } });
  expectThat(request.digest === digest, `${persona.name} is shown another digest than Erin`);
  return request;
}

/** Approves exactly the digest that was shown. */
async function approve(context: TourContext, persona: Persona, request: AccessRequest, side: string) {
  const { id, digest } = request;
  const review = await context.read(persona, requestEndpoints.review, `${persona.name}'s review`, {
    params: { id },
    body: { decision: 'approve', digest },
  });
  expectThat(review.side === side, `${persona.name}'s review counts for the ${review.side}, not the ${side}`);
  expectThat(review.digest === digest, 'the review covers another digest than the one shown');
}

const tokenHeaderShape = z.object({ alg: z.string(), typ: z.string(), kid: z.string() });
const tokenClaimsShape = z.object({
  aud: z.string(),
  sub: z.string(),
  iat: z.number(),
  nbf: z.number(),
  exp: z.number(),
  grant_id: z.string(),
  grant_nbf: z.number(),
  grant_exp: z.number(),
  tenant: z.string(),
  digest: z.string(),
});

const decodePart = (token: string, index: number): unknown =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString('utf8'));

const formatSecond = (second: number) => formatTime(new Date(second * 1000).toISOString());

export const mintToken: TourStep = {
  title: 'Approval mints a token',
  who: ERIN,
  async run(context) {
    const { grant, request } = context;
    const params = { id: grant.id };
    const minted = await context.read(ERIN, grantEndpoints.token, 'minting a token', { params });
    context.token = minted.access_token;
    const header = tokenHeaderShape.parse(decodePart(minted.access_token, 0));
    const claims = tokenClaimsShape.parse(decodePart(minted.access_token, 1));
    expectThat(header.alg === 'ES256' && header.typ === 'at+jwt', `the token is ${header.alg} ${header.typ}`);
    expectThat(claims.grant_id === grant.id, 'the token names another grant');
    expectThat(claims.tenant === grant.tenant, 'the token names another tenant');
    expectThat(claims.digest === request.digest, 'the token names another digest than was approved');
    expectThat(claims.sub === request.requester, 'the token is for someone else');
    expectThat(
      claims.nbf >= claims.grant_nbf && claims.exp <= claims.grant_exp && claims.exp > claims.iat,
      "the token's lifetime lies outside its grant's window",
    );
    return [
      `an ${header.alg} token (${header.typ}) for ${claims.aud} of ${claims.tenant}; the token itself is a secret and not shown`,
      `valid for ${claims.exp - claims.iat} s, until ${formatSecond(claims.exp)}, inside the grant's ${formatSecond(claims.grant_nbf)} to ${formatSecond(claims.grant_exp)}`,
      `carries the approved terms: digest ${shortDigest(claims.digest)}`,
    ];
  },
};
