import { randomUUID } from 'node:crypto';
import { type Incident, type IncidentBoard, incidentEndpoints } from '@countersign/api';
import type { Answer, Context } from '../command/context.js';
import { parseId, parseIsoDuration, parseScopeEntry, parseSlug } from '../command/flags.js';
import { fetchPage, type ListOptions } from '../command/list.js';
import { parseBasis } from '../requests/request.js';
import { describeState, formatWait } from '../requests/request-text.js';
import { formatFacts, formatTable } from '../terminal/text.js';

export type IncidentOptions = {
  title: string;
  tenant: readonly string[];
  scope: string[];
  for: string;
  reason: string;
  ticket?: string;
  basis?: string;
};

/** Requests the same access of several tenants. */
export async function openIncident(
  context: Context,
  service: string,
  options: IncidentOptions,
): Promise<Answer> {
  const body = {
    title: options.title,
    tenants: options.tenant.map((slug) => parseSlug('--tenant', slug)),
    service,
    scope: options.scope.map(parseScopeEntry),
    duration: parseIsoDuration('--for', options.for),
    justification: options.reason,
    ...(options.ticket === undefined ? {} : { ticket: options.ticket }),
    ...parseBasis(options),
  };
  const board = await (await context.api()).call(incidentEndpoints.open, {
    body,
    idempotencyKey: randomUUID(),
  });
  return { document: board, text: formatBoard(board) };
}

/** Who has answered. */
export async function showIncident(context: Context, incident: string): Promise<Answer> {
  const params = { id: parseId('inc', incident) };
  const board = await (await context.api()).call(incidentEndpoints.read, { params });
  return { document: board, text: formatBoard(board) };
}

export const listIncidents = (context: Context, options: ListOptions): Promise<Answer> =>
  fetchPage(
    context,
    { verb: 'incident list', endpoint: incidentEndpoints.list, format: formatIncidents },
    options,
  );

/** The board: which customers have answered, and whom the others wait for. */
export const formatBoard = ({ id, title, tenants }: IncidentBoard): string =>
  [
    formatFacts([
      ['incident', id],
      ['title', title],
    ]),
    formatTable(
      ['TENANT', 'STATE', 'WAITS FOR', 'REQUEST', 'GRANT'],
      tenants.map(({ tenant, state, waiting, request, grant, refusals }) => [
        tenant,
        state === null ? `refused: ${refusals.map(({ code }) => code).join(', ')}` : describeState(state),
        waiting === null ? '' : formatWait(waiting),
        request ?? '',
        grant ?? '',
      ]),
    ),
  ].join('\n\n');

function formatIncidents(incidents: readonly Incident[]): string {
  if (incidents.length === 0) return 'No incidents.';
  return formatTable(
    ['ID', 'OPENED', 'TITLE'],
    incidents.map(({ id, createdAt, title }) => [id, createdAt, title]),
  );
}
