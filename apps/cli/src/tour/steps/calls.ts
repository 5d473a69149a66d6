import { expectAnswer, expectThat, readBody, until } from '../http.js';
import { ERIN, GWEN, TENANT } from '../people.js';
import { invoiceShape, recordsShape } from '../shapes.js';
import type { TourStep } from '../step.js';
import { clock, money } from '../words.js';

const INVOICE = '/tenants/globex/invoices/inv-1001';
const VISIBLE_MS = 5_000;

export const allowedCall: TourStep = {
  title: 'Erin calls the data service through the gateway',
  who: ERIN,
  async run(context) {
    const answer = await context.through('GET', INVOICE);
    expectAnswer(answer, `GET ${INVOICE}`, 200);
    const invoice = readBody(invoiceShape, answer, `GET ${INVOICE}`);
    const record = answer.headers.get('countersign-record');
    expectThat(record !== null, 'the answer names no record (Countersign-Record)');
    return [
      `GET ${context.grant.gatewayUrl}${INVOICE}`,
      `200: ${invoice.id}, ${invoice.customerName}, ${money(invoice.totalCents, invoice.currency)}, ${invoice.status}`,
      `written down before it was forwarded: ${record}`,
    ];
  },
};

const OUTSIDE: { method: string; path: string; code: string; why: string }[] = [
  { method: 'GET', path: '/tenants/globex/payroll', code: 'insufficient_scope', why: 'not in the scope' },
  {
    method: 'GET',
    path: '/tenants/acme/invoices/inv-1001',
    code: 'insufficient_scope',
    why: 'another tenant',
  },
  {
    method: 'PATCH',
    path: INVOICE,
    code: 'insufficient_scope',
    why: 'reading was allowed, changing was not',
  },
  { method: 'DELETE', path: INVOICE, code: 'route_not_listed', why: 'no such route is listed' },
];

export const refusedCalls: TourStep = {
  title: 'What was not granted is refused',
  who: ERIN,
  async run(context) {
    const seen: string[] = [];
    for (const { method, path, code, why } of OUTSIDE) {
      const answer = await context.through(method, path);
      expectAnswer(answer, `${method} ${path}`, 403, code);
      seen.push(`${method} ${path}: refused, 403 ${code} (${why})`);
    }
    return seen;
  },
};

export const liveRecords: TourStep = {
  title: 'Gwen watches the calls',
  who: GWEN,
  async run(context) {
    const list = `/api/v1/tenants/${TENANT}/access-records?grant=${context.grant.id}`;
    const read = async () => {
      const answer = await context.as(GWEN, 'GET', list);
      expectAnswer(answer, 'the access records', 200);
      return readBody(recordsShape, answer, 'the access records').items;
    };
    const expected = OUTSIDE.length + 1;
    const records = await until(
      read,
      (items) => items.length >= expected && items.some((item) => item.outcome === 'completed'),
      VISIBLE_MS,
      `not all ${expected} calls stand in the records after ${VISIBLE_MS / 1000} s`,
    );
    return records
      .toReversed()
      .map(
        (record) =>
          `${clock(record.at)}  ${record.decision === 'allowed' ? `allowed, ${record.status}` : `refused, ${record.code}`}  ${record.method} ${record.path ?? '(path erased)'}`,
      );
  },
};
