import { DEPLOYMENT_SLUG, type StatementFacts } from '@countersign/contract';
import { servesTenant } from '../../domain/gateway-binding.js';
import { VENDOR_SLUG } from '../../domain/organisation.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import type { DailyStatementRow, EnrolledGateway, Page, PageQuery } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { readWholeLog } from './read-log.js';
import { type StatementSpan, statementFacts } from './statement-facts.js';

/** A year and a day: longer spans are several statements. */
const MOST_DAYS = 366;
const DAY_MS = 86_400_000;
/** A head that no gateway has signed for a week is wanted no more. */
const WANTED_MS = 7 * DAY_MS;
const MOST_WANTED = 1_000;

/**
 * The facts of a statement about any span that has ended. If gateways have not signed their chains since its end, it requests
 * that of them, so that a statement of the same span two minutes later can be complete.
 *
 * @throws AccessError `forbidden`, `not_found`, `invalid_request`, `pruned` if a leaf that was pruned is not older than the span
 */
export async function readStatement(
  deps: Deps,
  principal: Principal,
  tenant: string,
  { from, to }: StatementSpan,
): Promise<{ span: StatementSpan; facts: StatementFacts }> {
  if (tenant === DEPLOYMENT_SLUG || tenant === VENDOR_SLUG) throw notFound('tenant');
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const now = deps.clock.now();
  if (!(start < end) || end > now.getTime() || end - start > MOST_DAYS * DAY_MS)
    throw new AccessError(
      'invalid_request',
      `A statement is about a span that has ended, of at most ${MOST_DAYS} days.`,
      { pointer: '/to' },
    );
  const span = { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
  await readWholeLog(deps, principal, tenant, async ({ events }) => {
    const prunedUntil = await events.prunedUntil();
    if (prunedUntil !== null && Date.parse(prunedUntil) >= start)
      throw new AccessError('pruned', 'Leaves of this span were pruned. Choose a later span.');
  });
  const facts = await statementFacts(deps, tenant, span);
  if (facts.exceptions.some(({ reason }) => reason === 'no_head'))
    await deps.store.forTenant(tenant, ({ statements }) => statements.wantHeads(span.to));
  return { span, facts };
}

/** Daily statements, newest first. @throws AccessError `forbidden`, `not_found` */
export function listStatements(
  deps: Deps,
  principal: Principal,
  tenant: string,
  page: PageQuery,
): Promise<Page<Omit<DailyStatementRow, 'note'>>> {
  return readWholeLog(deps, principal, tenant, ({ statements }) => statements.list(page));
}

/** The statement of one day. @throws AccessError `forbidden`, `not_found` */
export async function getStatement(
  deps: Deps,
  principal: Principal,
  tenant: string,
  day: string,
): Promise<DailyStatementRow> {
  const found = await readWholeLog(deps, principal, tenant, ({ statements }) => statements.find(day));
  if (found === null) throw notFound('statement');
  return found;
}

/** The tenants whose logs want a signed head of this gateway, and since when. A gateway polls this about twice a minute. */
export async function headsWanted(
  deps: Deps,
  gateway: EnrolledGateway,
): Promise<{ tenant: string; after: string }[]> {
  const now = deps.clock.now();
  const span = {
    since: new Date(now.getTime() - WANTED_MS).toISOString(),
    now: now.toISOString(),
  };
  const heads = await deps.store.gateways.read((unit) =>
    unit.gateways.headsWanted(gateway.id, span, MOST_WANTED),
  );
  return heads.filter(({ tenant }) => servesTenant(gateway, tenant));
}
