import { type Widening, wideningEndpoints } from '@countersign/api';
import { canonicalJson } from '@countersign/contract';
import type { Api } from '../api/client.js';
import { fetchMe } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { usageError } from '../command/errors.js';
import { parseSlug } from '../command/flags.js';
import { checkListOptions, fetchPage, type ListOptions } from '../command/list.js';
import { formatFacts, formatTable, optionalFact } from '../terminal/text.js';

/** One page of a tenant's widenings, newest first. Without `--tenant` it is the caller's own tenant. */
export async function listWidenings(context: Context, options: ListOptions): Promise<Answer> {
  checkListOptions(options);
  if (options.tenant !== undefined) parseSlug('--tenant', options.tenant);
  const slug = options.tenant ?? (await tenantSlug(await context.api()));
  const endpoint = wideningEndpoints.list;
  return fetchPage(
    context,
    { verb: 'policy widenings', endpoint, params: { slug }, format: formatWidenings },
    options,
  );
}

/**
 * Confirms a widening of the caller's own tenant. Once the tenant is claimed a passkey does that, which no command line has.
 *
 * @throws CliError the broker's refusals
 */
export async function confirmWidening(context: Context, id: string): Promise<Answer> {
  const api = await context.api();
  const params = { slug: await tenantSlug(api), id };
  const before = await api.call(wideningEndpoints.read, { params });
  if (!context.json) context.note(formatWidening(before));
  const confirmed = await api.call(wideningEndpoints.confirm, { params, body: {} });
  return {
    document: confirmed,
    text: `Confirmed ${id}. It takes effect at ${confirmed.takesEffectAt} or, if that is past, within seconds.`,
  };
}

/** Withdraws a widening of the caller's own tenant. @throws CliError the broker's refusals */
export async function withdrawWidening(context: Context, id: string): Promise<Answer> {
  const api = await context.api();
  const params = { slug: await tenantSlug(api), id };
  const withdrawn = await api.call(wideningEndpoints.withdraw, { params });
  return { document: withdrawn, text: `Withdrew ${id}. Nothing changes.` };
}

async function tenantSlug(api: Api): Promise<string> {
  const { tenant } = await fetchMe(api);
  if (tenant === null) throw usageError('--tenant names the customer; only its own admins decide');
  return tenant;
}

const formatWidenings = (widenings: readonly Widening[]): string =>
  formatTable(
    ['WIDENING', 'STATE', 'OF', 'BY', 'TAKES EFFECT', 'CHANGES'],
    widenings.map((each) => [
      each.id,
      each.state === 'waiting' && each.needsConfirmation ? 'waiting, unconfirmed' : each.state,
      subjectOf(each),
      each.by,
      each.takesEffectAt,
      changesOf(each).join('; '),
    ]),
  );

const formatWidening = (widening: Widening): string =>
  formatFacts([
    ['Widening', widening.id],
    ['Of', subjectOf(widening)],
    ['Proposed by', widening.by],
    ['Takes effect', widening.takesEffectAt],
    ...changesOf(widening).map((change): [string, string] => ['Change', change]),
    ...optionalFact('Lapses', widening.lapsesAt),
  ]);

/** `member: before → after` for each member that differs. */
function changesOf(widening: Widening): string[] {
  const before: Record<string, unknown> = { ...widening.before };
  const after: Record<string, unknown> = { ...widening.after };
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const text = (value: unknown) => (value === undefined || value === null ? 'none' : canonicalJson(value));
  return names
    .filter((name) => text(before[name]) !== text(after[name]))
    .map((name) => `${name}: ${text(before[name])} → ${text(after[name])}`);
}

/** What it is about: the controls, or the id of a person. */
const subjectOf = (widening: Widening): string => (widening.kind === 'person' ? widening.person : 'controls');
