import { compileRouteMap, matchRoute } from '@countersign/contract';
import { Checker, prepare } from '../support/checker.js';
import { GrantMaker, serviceWith } from '../support/grants.js';
import { compare } from '../support/rate.js';
import { type Family, type Row, rounded, times } from '../support/table.js';

const FEW = { grants: 10, tenants: 10, routes: 10 };
const MANY = { grants: 100_000, tenants: 10_000, routes: 5_000 };
const PATH = '/tenants/acme/invoices/inv-1';

/** What size costs: matching one path among many routes, and the whole check among many grants, tenants and routes. */
export const routeMatching: Family = {
  name: 'route-matching',
  async run(): Promise<Row[]> {
    const few = subject(FEW);
    const many = subject(MANY);
    const rival = 'the same with 10 of each';
    return [
      row(
        `route match, ${rounded(MANY.routes)} routes`,
        'the same with 10',
        await compare(many.match, few.match),
        '',
      ),
      row(
        `check of a token seen before, ${rounded(MANY.grants)} grants, ${rounded(MANY.tenants)} tenants, ${rounded(MANY.routes)} routes`,
        rival,
        await compare(many.check, few.check),
        '≤ 1.2 × the time',
      ),
    ];
  },
};

function subject({ grants, tenants, routes }: typeof FEW) {
  const maker = new GrantMaker(serviceWith(routes));
  const compiled = compileRouteMap(maker.service);
  const grant = maker.grant();
  const checker = new Checker(maker, [grant, ...maker.crowd(grant, grants - 1, tenants - 1)]);
  const prepared = prepare(maker.token(grant));
  return {
    match: () => {
      if (matchRoute(compiled, 'GET', PATH) === undefined) throw new Error('no route');
    },
    check: () => checker.check(prepared),
  };
}

function row(
  what: string,
  rival: string,
  { ours, rivals, ratio }: Awaited<ReturnType<typeof compare>>,
  target: string,
): Row {
  return {
    what,
    figure: `${rounded(ours)}/s`,
    rival,
    rivalFigure: `${rounded(rivals)}/s`,
    ratio: `${times(1 / ratio)} the time`,
    target,
  };
}
