import { expectAnswer, expectThat, readBody, until } from './http.js';
import { ERIN, GWEN, MAX, TENANT } from './people.js';
import { eventsShape, grantShape, invoiceShape, recordsShape } from './shapes.js';
import type { TourStep } from './step.js';
import { clock, money } from './words.js';

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

/**
 * What must stand in the tenant's log; other leaves may stand between. Each line in its order: between the two there is none,
 * since a gateway hands over what it recorded a moment later than it happened.
 */
const STORIES = [
  ['request.created', 'request.reviewed', 'request.reviewed', 'grant.started', 'token.minted', 'grant.ended'],
  ['grant.started', 'access.allowed', 'access.refused', 'access.refused'],
];
const TYPE_WIDTH = 25;

export const tenantLog: TourStep = {
  title: "Each step stands in Globex's own log",
  who: GWEN,
  async run(context) {
    const { request, grant } = context;
    const read = async () => {
      const answer = await context.as(GWEN, 'GET', `/api/v1/tenants/${TENANT}/events?limit=200`);
      expectAnswer(answer, 'the log', 200);
      const { items } = readBody(eventsShape, answer, 'the log');
      return items
        .filter((leaf) => leaf.data['request'] === request.id || leaf.data['grant'] === grant.id)
        .sort((a, b) => a.index - b.index);
    };
    const leaves = await until(
      read,
      (items) =>
        tells(items.map((leaf) => leaf.type)) && items.some((leaf) => leaf.type === 'access.outcome'),
      VISIBLE_MS,
      `the log of ${TENANT} does not tell the whole story after ${VISIBLE_MS / 1000} s`,
    );
    const names = new Map([[request.requester, ERIN.name]]);
    for (const review of request.reviews)
      names.set(review.person, review.side === 'vendor' ? MAX.name : GWEN.name);
    const width = Math.max(...leaves.map((leaf) => `#${leaf.index}`.length));
    return leaves.map(
      (leaf) =>
        `${`#${leaf.index}`.padStart(width)}  ${clock(leaf.at)}  ${leaf.type.padEnd(TYPE_WIDTH)}  ${names.get(leaf.actor) ?? actorWord(leaf.actor)}`,
    );
  },
};

function tells(types: readonly string[]): boolean {
  return STORIES.every((story) => {
    let next = 0;
    for (const type of types) if (type === story[next]) next += 1;
    return next === story.length;
  });
}

function actorWord(actor: string): string {
  return actor.startsWith('gtw_') ? 'the gateway' : actor;
}
