import { expectAnswer, expectThat, readBody, until } from '../http.js';
import { ERIN, GWEN } from '../people.js';
import { grantShape } from '../shapes.js';
import type { TourStep } from '../step.js';

const INVOICE = '/tenants/globex/invoices/inv-1001';
const STOP_MS = 2_000;

export const stop: TourStep = {
  title: 'Gwen stops access',
  who: GWEN,
  async run(context) {
    const { id } = context.grant;
    const reason = 'Thank you, we have seen enough';
    const answer = await context.as(GWEN, 'POST', `/api/v1/grants/${id}/revocation`, { reason });
    expectThat(answer.status >= 200 && answer.status < 300, `stopping access answered ${answer.status}`);
    const stopped = performance.now();
    const refusal = await until(
      () => context.through('GET', INVOICE),
      (call) => call.status !== 200,
      STOP_MS,
      `calls still pass ${STOP_MS / 1000} s after access was stopped`,
    );
    expectAnswer(refusal, 'a call after the stop', 403, 'grant_ended');
    const after = Math.max(1, Math.round(performance.now() - stopped));
    return ['one press: stop access', `Erin's next call is refused, ${after} ms later: 403 grant_ended`];
  },
};

export const afterwards: TourStep = {
  title: 'Erin is out',
  who: ERIN,
  async run(context) {
    const mint = await context.as(ERIN, 'POST', `/api/v1/grants/${context.grant.id}/tokens`);
    expectAnswer(mint, 'a new token for an ended grant', 409, 'grant_not_active');
    const answer = await context.as(ERIN, 'GET', `/api/v1/grants/${context.grant.id}`);
    expectAnswer(answer, 'the grant', 200);
    const grant = readBody(grantShape, answer, 'the grant');
    expectThat(
      grant.state === 'ended' && grant.endReason === 'revoked',
      `the grant is ${grant.state}, ${grant.endReason ?? 'without a reason'}`,
    );
    return [
      'the token that she still holds opens nothing: the gateway goes by the list of active grants',
      'a new one is refused: 409 grant_not_active',
      `grant ${grant.id}: ended, revoked`,
    ];
  },
};
