import { type AccessRecord, grantEndpoints, logEndpoints } from '@countersign/api';
import { z } from 'zod';
import { formatMoney } from '../data-service/records.js';
import { expectAnswer, expectThat, readBody, until } from './http.js';
import { ERIN, GWEN, MAX, TENANT } from './people.js';
import type { TourStep } from './step.js';
import { formatTime } from './words.js';

// The second half of the main tour: Erin's calls, the stop, and what the log says about them.

const INVOICE = `/tenants/${TENANT}/invoices/inv-1001`;
/** How long records may take to reach the broker. */
const VISIBLE_MS = 5_000;

const invoiceShape = z.object({
  id: z.string(),
  customerName: z.string(),
  status: z.string(),
  currency: z.string(),
  totalCents: z.number(),
});

export const allowedCall: TourStep = {
  title: 'Erin calls the data service through the gateway',
  who: ERIN,
  async run(context) {
    const answer = await context.callThroughGateway('GET', INVOICE);
    expectAnswer(answer, `GET ${INVOICE}`, 200);
    const invoice = readBody(invoiceShape, answer, `GET ${INVOICE}`);
    const record = answer.headers.get('countersign-record');
    expectThat(record !== null, 'the answer names no record (Countersign-Record)');
    const total = formatMoney(invoice.totalCents, invoice.currency);
    return [
      `GET ${context.grant.gatewayUrl}${INVOICE}`,
      `200: ${invoice.id}, ${invoice.customerName}, ${total}, ${invoice.status}`,
      `recorded before it was forwarded: ${record}`,
    ];
  },
};

const NOT_GRANTED: { method: string; path: string; code: string; why: string }[] = [
  {
    method: 'GET',
    path: `/tenants/${TENANT}/payroll`,
    code: 'insufficient_scope',
    why: 'outside the scope',
  },
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
  { method: 'DELETE', path: INVOICE, code: 'route_not_listed', why: 'there is no such route' },
];

export const refusedCalls: TourStep = {
  title: 'What was not granted is refused',
  who: ERIN,
  async run(context) {
    const lines: string[] = [];
    for (const { method, path, code, why } of NOT_GRANTED) {
      const answer = await context.callThroughGateway(method, path);
      expectAnswer(answer, `${method} ${path}`, 403, code);
      lines.push(`${method} ${path}: refused, 403 ${code} (${why})`);
    }
    return lines;
  },
};

export const watchRecords: TourStep = {
  title: 'Gwen watches the calls',
  who: GWEN,
  async run(context) {
    const options = { params: { slug: TENANT }, query: { grant: context.grant.id } };
    const expected = NOT_GRANTED.length + 1;
    const { items } = await until(
      () => context.read(GWEN, logEndpoints.records, 'the access records', options),
      ({ items }) => items.length >= expected && items.some(({ outcome }) => outcome === 'completed'),
      VISIBLE_MS,
      `not all ${expected} calls are in the records after ${VISIBLE_MS / 1000} s`,
    );
    return items.toReversed().map(formatRecord);
  },
};

function formatRecord({ at, decision, status, code, method, path }: AccessRecord): string {
  const result = decision === 'allowed' ? `allowed, ${status}` : `refused, ${code}`;
  return `${formatTime(at)}  ${result}  ${method} ${path ?? '(path erased)'}`;
}

const STOP_MS = 2_000;

export const stopAccess: TourStep = {
  title: 'Gwen stops access',
  who: GWEN,
  async run(context) {
    const params = { id: context.grant.id };
    const body = { reason: 'Thank you, we have seen enough' };
    const { status } = await context.call(GWEN, grantEndpoints.revoke, { params, body });
    expectThat(status >= 200 && status < 300, `stopping access answered ${status}`);
    const stopped = performance.now();
    const refusal = await until(
      () => context.callThroughGateway('GET', INVOICE),
      (answer) => answer.status !== 200,
      STOP_MS,
      `calls still pass ${STOP_MS / 1000} s after access was stopped`,
    );
    expectAnswer(refusal, 'a call after the stop', 403, 'grant_ended');
    const after = Math.max(1, Math.round(performance.now() - stopped));
    return ['one press: stop access', `Erin's next call is refused, ${after} ms later: 403 grant_ended`];
  },
};

export const accessIsOver: TourStep = {
  title: 'Erin has no access any more',
  who: ERIN,
  async run(context) {
    const params = { id: context.grant.id };
    const mint = await context.call(ERIN, grantEndpoints.token, { params });
    expectAnswer(mint, 'a new token for an ended grant', 409, 'grant_not_active');
    const grant = await context.read(ERIN, grantEndpoints.read, 'the grant', { params });
    expectThat(
      grant.state === 'ended' && grant.endReason === 'revoked',
      `the grant is ${grant.state}, ${grant.endReason ?? 'without a reason'}`,
    );
    return [
      'the token that she still holds is useless: the gateway allows calls under active grants only',
      'a new one is refused: 409 grant_not_active',
      `grant ${grant.id}: ended, revoked`,
    ];
  },
};

/**
 * Sequences of events that the tenant's log must contain; other events may stand between. Each sequence has its order, but
 * the two may interleave, because a gateway sends its records a moment after the calls.
 */
const SEQUENCES = [
  ['request.created', 'request.reviewed', 'request.reviewed', 'grant.started', 'token.minted', 'grant.ended'],
  ['grant.started', 'access.allowed', 'access.refused', 'access.refused'],
];
const TYPE_WIDTH = 25;

export const readLog: TourStep = {
  title: "Each step is in Globex's own log",
  who: GWEN,
  async run(context) {
    const { request, grant } = context;
    const options = { params: { slug: TENANT }, query: { limit: '200' } };
    const fetchEvents = async () => {
      const { items } = await context.read(GWEN, logEndpoints.events, 'the log', options);
      return items
        .filter(({ data }) => data['request'] === request.id || data['grant'] === grant.id)
        .sort((a, b) => a.index - b.index);
    };
    const events = await until(
      fetchEvents,
      (items) => {
        const types = items.map(({ type }) => type);
        return types.includes('access.outcome') && containsSequences(types);
      },
      VISIBLE_MS,
      `the log of ${TENANT} does not contain the whole story after ${VISIBLE_MS / 1000} s`,
    );
    const names = new Map([[request.requester, ERIN.name]]);
    for (const { person, side } of request.reviews)
      names.set(person, side === 'vendor' ? MAX.name : GWEN.name);
    const width = Math.max(...events.map(({ index }) => `#${index}`.length));
    return events.map(({ index, at, type, actor }) => {
      const who = names.get(actor) ?? (actor.startsWith('gtw_') ? 'the gateway' : actor);
      return `${`#${index}`.padStart(width)}  ${formatTime(at)}  ${type.padEnd(TYPE_WIDTH)}  ${who}`;
    });
  },
};

function containsSequences(types: readonly string[]): boolean {
  return SEQUENCES.every((sequence) => {
    let next = 0;
    for (const type of types) if (type === sequence[next]) next += 1;
    return next === sequence.length;
  });
}
