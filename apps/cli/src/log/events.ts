import { type Event, logEndpoints, tenantEndpoints } from '@countersign/api';
import type { Api } from '../api/client.js';
import { fetchMe } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { usageError } from '../command/errors.js';
import { parseInstant, parseSlug } from '../command/flags.js';
import { checkListOptions, fetchPage, type ListOptions } from '../command/list.js';
import { suggestLogVerb } from '../requests/suggestions.js';
import { formatTable } from '../terminal/text.js';

export type EventOptions = ListOptions & { request?: string; grant?: string; from?: string; to?: string };

/**
 * Lists the events of a tenant's log, newest first. `deployment` and `vendor` name the other logs.
 * @param named undefined lists those of the caller's own tenant
 * @param verbs of `countersign log`: one of them may be meant if the list fails
 */
export async function listEvents(
  context: Context,
  named: string | undefined,
  options: EventOptions,
  verbs: readonly string[],
): Promise<Answer> {
  const { request, grant, from, to } = options;
  const filter = Object.fromEntries(
    Object.entries({
      request,
      grant,
      from: from === undefined ? undefined : parseInstant('--from', from),
      to: to === undefined ? undefined : parseInstant('--to', to),
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  checkListOptions(options);
  const tenant = named ?? (await ownLog(await context.api()));
  const flags = Object.entries(filter).map(([name, value]) => ` --${name} ${value}`);
  const list = {
    verb: `log ${parseSlug('the tenant', tenant)}${flags.join('')}`,
    endpoint: logEndpoints.events,
    params: { slug: tenant },
    filter,
    format: formatEvents,
  };
  return fetchPage(context, list, options).catch((error: unknown) => {
    throw suggestLogVerb(tenant, verbs, error);
  });
}

/** The caller's own tenant. The vendor's people have none. @throws CliError `invalid_usage` that says what they can name */
async function ownLog(api: Api): Promise<string> {
  const { tenant } = await fetchMe(api);
  if (tenant !== null) return tenant;
  const { tenants } = await api.call(tenantEndpoints.names);
  const slugs = tenants.slice(0, MOST_NAMED).map(({ slug }) => slug);
  const customers =
    slugs.length === 0
      ? 'a tenant'
      : `a tenant (${slugs.join(', ')}${tenants.length > MOST_NAMED ? ', …' : ''})`;
  throw usageError(
    `you belong to the vendor, so say whose log: countersign log ${slugs[0] ?? 'TENANT'}. It takes ${customers}, deployment or vendor`,
  );
}

/** The error names at most this many tenants. */
const MOST_NAMED = 8;

function formatEvents(events: readonly Event[]): string {
  if (events.length === 0) return 'No events.';
  return formatTable(
    ['LEAF', 'AT', 'EVENT', 'BY', 'WHAT'],
    events.map(({ index, at, type, actor, data }) => [String(index), at, type, actor, formatData(data)]),
  );
}

/** An id has 40 characters. Digests, keys and signatures are longer: their beginning is enough to tell them apart. */
const LONGEST_VALUE = 40;
const BEGINNING = 20;

/** Members that say what the event is about, as `name=value`, long ones cut. `--json` shows all of them in full. */
const formatData = (data: Readonly<Record<string, unknown>>): string =>
  Object.entries(data)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .map(([name, value]) => `${name}=${shorten(String(value))}`)
    .join(' ');

const shorten = (value: string): string =>
  value.length <= LONGEST_VALUE ? value : `${value.slice(0, BEGINNING)}…`;
