import { type CallView, decideCall, nodeHashing } from '@countersign/grant-token-verify';
import { compileRouteMap, matchRoute, routeMapHash } from '@countersign/scope';
import { prepare } from '../support/checker.js';
import { GrantMaker, serviceWith } from '../support/grants.js';
import { compare } from '../support/rate.js';
import { type Family, type Row, rounded, times } from '../support/table.js';

const FEW = 10;
const MANY = 5_000;
const PATH = '/tenants/acme/invoices/inv-1';

/** What many routes cost: matching one path, and deciding a call by both maps. */
export const routeMatching: Family = {
  name: 'route-matching',
  async run(): Promise<Row[]> {
    const few = subject(FEW);
    const many = subject(MANY);
    return [
      row('route match', await compare(many.match, few.match), ''),
      row('call decision after the token', await compare(many.decide, few.decide), '≤ 1.2 × the time'),
    ];
  },
};

function subject(routes: number) {
  const maker = new GrantMaker(serviceWith(routes));
  const compiled = compileRouteMap(maker.service);
  const grant = maker.grant();
  const map = { definition: maker.service, compiled };
  const hash = routeMapHash(nodeHashing, maker.service);
  const live = {
    ...{ id: grant.id, tenant: 'acme', service: maker.service.name },
    ...{ startsAt: Date.parse(grant.startsAt), endsAt: Date.parse(grant.endsAt) },
  };
  const view: CallView = {
    grant: (digest) => (digest === grant.digest ? live : undefined),
    currentMap: () => map,
    mapByHash: (wanted) => (wanted === hash ? map : undefined),
    forbidden: () => [],
    lockOn: () => undefined,
    hasRoom: () => true,
    hasBudget: () => true,
  };
  const { call } = prepare('none');
  const claims = { grant_id: grant.id, tenant: 'acme', digest: grant.digest, terms: grant.terms };
  return {
    match: () => {
      if (matchRoute(compiled, 'GET', PATH) === undefined) throw new Error('no route');
    },
    decide: () => {
      if (!decideCall(claims, call, view, Date.now()).allowed) throw new Error('refused');
    },
  };
}

function row(
  what: string,
  { ours, rivals, ratio }: Awaited<ReturnType<typeof compare>>,
  target: string,
): Row {
  return {
    what: `${what}, ${rounded(MANY)} routes`,
    figure: `${rounded(ours)}/s`,
    rival: `the same with ${FEW} routes`,
    rivalFigure: `${rounded(rivals)}/s`,
    ratio: `${times(1 / ratio)} the time`,
    target,
  };
}
