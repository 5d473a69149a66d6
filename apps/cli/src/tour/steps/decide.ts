import type { TourContext } from '../context.js';
import { expectAnswer, expectThat, readBody } from '../http.js';
import { ERIN, GWEN, MAX, type Persona } from '../people.js';
import { grantShape, type RequestAnswer, requestShape, reviewShape } from '../shapes.js';
import type { TourStep } from '../step.js';
import { clock, requestSentence, shortDigest } from '../words.js';

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
