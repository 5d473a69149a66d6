import { type Event, logEndpoints } from '@countersign/api';
import type { Answer, Context } from '../command/context.js';
import { parseInstant, parseSlug } from '../command/flags.js';
import { fetchPage, type ListOptions } from '../command/list.js';
import { suggestLogVerb } from '../requests/suggestions.js';
import { formatTable } from '../terminal/text.js';

export type EventOptions = ListOptions & { request?: string; grant?: string; from?: string; to?: string };

/**
 * Lists the events of a tenant's log, newest first. `deployment` and `vendor` name the other logs.
 * @param verbs of `countersign log`: one of them may be meant if the list fails
 */
export function listEvents(
  context: Context,
  tenant: string,
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
