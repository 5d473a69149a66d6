import type { TourContext } from './context.js';
import { expectAnswer, expectThat, readBody } from './http.js';
import { ERIN, GWEN, MAX, type Persona, TENANT } from './people.js';
import {
  grantShape,
  previewShape,
  type RequestAnswer,
  requestShape,
  reviewShape,
  tokenClaimsShape,
  tokenHeaderShape,
  tokenShape,
} from './shapes.js';
import type { TourStep } from './step.js';
import { clock, moment, requestSentence, shortDigest } from './words.js';

export const closedDoor: TourStep = {
  title: 'Nobody has standing access',
  who: ERIN,
  async run(context) {
    const path = '/tenants/globex/invoices/inv-1001';
    const answer = await context.through('GET', path);
    expectAnswer(answer, 'a call without a token', 401, 'invalid_token');
    return [`GET ${path}`, 'refused: 401 invalid_token (there is no grant, so there is no token)'];
  },
};

const ASK = {
  tenant: TENANT,
  service: 'billing',
  scope: [
    { resource: 'invoices', actions: ['list'] },
    { resource: 'invoices/*', actions: ['read'] },
  ],
  duration: 'PT15M',
  justification: 'Case 4711: an invoice shows a wrong total',
};

export const ask: TourStep = {
  title: 'Erin asks',
  who: ERIN,
  async run(context) {
    const preview = await context.as(ERIN, 'POST', '/api/v1/requests/preview', ASK);
    expectAnswer(preview, 'the preview', 200);
    const { outcome, needs } = readBody(previewShape, preview, 'the preview');
    expectThat(outcome === 'possible', `the preview should say possible, and says ${outcome}`);

    const answer = await context.as(ERIN, 'POST', '/api/v1/requests', ASK);
    expectAnswer(answer, 'the request', 201);
    const request = readBody(requestShape, answer, 'the request');
    context.request = request;
    expectThat(
      request.state === 'awaiting_vendor',
      `the new request is ${request.state}, not awaiting_vendor`,
    );
    return [
      requestSentence(request, 'Erin'),
      `needs ${needs.vendor.required} review at Northwind, then ${needs.customer.required} approval at Globex; risk ${needs.risk.level}`,
      `request ${request.id}, digest ${shortDigest(request.digest)}`,
      `silence grants nothing: it lapses at ${moment(request.lapsesAt)}`,
    ];
  },
};

async function readRequest(context: TourContext, persona: Persona): Promise<RequestAnswer> {
  const answer = await context.as(persona, 'GET', `/api/v1/requests/${context.request.id}`);
  expectAnswer(answer, `the request as ${persona.name} reads it`, 200);
  const request = readBody(requestShape, answer, 'the request');
  expectThat(request.digest === context.request.digest, `${persona.name} is shown another digest than Erin`);
  return request;
}

/** Approves exactly the digest that was shown. */
async function approve(context: TourContext, persona: Persona, request: RequestAnswer, side: string) {
  const answer = await context.as(persona, 'POST', `/api/v1/requests/${request.id}/reviews`, {
    decision: 'approve',
    digest: request.digest,
  });
  expectAnswer(answer, `${persona.name}'s review`, 201);
  const review = readBody(reviewShape, answer, 'the review');
  expectThat(review.side === side, `${persona.name}'s review counts for the ${review.side}, not the ${side}`);
  expectThat(review.digest === request.digest, 'the review covers another digest than the one shown');
}

export const vendorReview: TourStep = {
  title: 'Max reviews at Northwind',
  who: MAX,
  async run(context) {
    const own = await context.as(ERIN, 'POST', `/api/v1/requests/${context.request.id}/reviews`, {
      decision: 'approve',
      digest: context.request.digest,
    });
    expectAnswer(own, "Erin's review of her own request", 403);
    const request = await readRequest(context, MAX);
    await approve(context, MAX, request, 'vendor');
    context.request = await readRequest(context, MAX);
    expectThat(
      context.request.state === 'awaiting_customer',
      `after Max the request is ${context.request.state}`,
    );
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
    const request = await readRequest(context, GWEN);
    await approve(context, GWEN, request, 'customer');
    context.request = await readRequest(context, GWEN);
    const { state, grant: id } = context.request;
    expectThat(
      state === 'approved' && id !== null,
      `after Gwen the request is ${state}, grant ${id ?? 'none'}`,
    );
    const answer = await context.as(GWEN, 'GET', `/api/v1/grants/${id}`);
    expectAnswer(answer, 'the grant', 200);
    const grant = readBody(grantShape, answer, 'the grant');
    context.grant = grant;
    expectThat(grant.state === 'active', `the grant is ${grant.state}, not active`);
    expectThat(grant.startsAt !== null && grant.endsAt !== null, 'an active grant has no window');
    return [
      `reads: ${requestSentence(request, 'Erin Okafor (Northwind Cloud)')}`,
      `Northwind has reviewed it; Gwen approves the same digest ${shortDigest(request.digest)}`,
      `grant ${grant.id}: open from ${clock(grant.startsAt)} until ${clock(grant.endsAt)}, then it ends by itself`,
    ];
  },
};

const part = (token: string, index: number): unknown =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString('utf8'));

const at = (seconds: number) => clock(new Date(seconds * 1000).toISOString());

export const token: TourStep = {
  title: 'Approval mints a token',
  who: ERIN,
  async run(context) {
    const answer = await context.as(ERIN, 'POST', `/api/v1/grants/${context.grant.id}/tokens`);
    expectAnswer(answer, 'minting a token', 200);
    const minted = readBody(tokenShape, answer, 'minting a token');
    context.token = minted.access_token;
    const header = tokenHeaderShape.parse(part(minted.access_token, 0));
    const claims = tokenClaimsShape.parse(part(minted.access_token, 1));
    expectThat(header.alg === 'ES256' && header.typ === 'at+jwt', `the token is ${header.alg} ${header.typ}`);
    expectThat(claims.grant_id === context.grant.id, 'the token names another grant');
    expectThat(claims.tenant === context.grant.tenant, 'the token names another tenant');
    expectThat(claims.digest === context.request.digest, 'the token names another digest than was approved');
    expectThat(claims.sub === context.request.requester, 'the token is for somebody else');
    expectThat(
      claims.nbf >= claims.grant_nbf && claims.exp <= claims.grant_exp && claims.exp > claims.iat,
      "the token's life lies outside its grant's window",
    );
    return [
      `an ${header.alg} token (${header.typ}) for ${claims.aud} of ${claims.tenant}; the token itself is a secret and not shown`,
      `lives ${claims.exp - claims.iat} s, until ${at(claims.exp)}, inside the grant's ${at(claims.grant_nbf)} to ${at(claims.grant_exp)}`,
      `carries the approved terms: digest ${shortDigest(claims.digest)}`,
    ];
  },
};
