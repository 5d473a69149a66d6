import { expectAnswer, expectThat, readBody } from '../http.js';
import { ERIN, TENANT } from '../people.js';
import { previewShape, requestShape } from '../shapes.js';
import type { TourStep } from '../step.js';
import { moment, requestSentence, shortDigest } from '../words.js';

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
