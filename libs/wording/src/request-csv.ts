import type { ScopeEntry } from '@countersign/contract';
import { csvLine } from './csv.js';
import { FACES } from './request/faces.js';
import type { StatedAnswers } from './request/members.js';

/** A request as the API answers it, with what a line of the table has. */
export interface ExportedRequest extends StatedAnswers {
  id: string;
  createdAt: string;
  tenant: string;
  service: string;
  requester: string;
  state: string;
  scope: readonly ScopeEntry[];
  duration: string;
  justification: string | null;
  needs: { impact: { level: string } };
  lapsesAt: string;
  reviews: readonly { person: string; at: string }[];
  grant: string | null;
  digest: string;
}

const COLUMNS = [
  ...(['createdAt', 'id', 'tenant', 'service', 'requester', 'requesterName', 'state', 'scope'] as const),
  'duration' as const,
  ...FACES.csv,
  ...(['risk', 'lapsesAt', 'decidedBy', 'decidedAt', 'grant', 'digest'] as const),
] as const;

type TextColumns = Record<(typeof FACES.csv)[number], string | null>;
type RequestRow = Record<(typeof COLUMNS)[number], string | null>;

/** A request as one line of a table. @param name of a person, by id */
export function requestRow(request: ExportedRequest, name: (person: string) => string): RequestRow {
  // No one has decided a request that still waits or has lapsed, although someone may have approved it for the vendor.
  const isDecided = request.state === 'approved' || request.state === 'denied';
  const last = isDecided ? request.reviews.at(-1) : undefined;
  return {
    createdAt: request.createdAt,
    id: request.id,
    tenant: request.tenant,
    service: request.service,
    requester: request.requester,
    requesterName: name(request.requester),
    state: request.state,
    scope: request.scope.map(({ resource, actions }) => `${resource}:${actions.join(',')}`).join(' '),
    duration: request.duration,
    ...(Object.fromEntries(FACES.csv.map((member) => [member, request[member] ?? null])) as TextColumns),
    risk: request.needs.impact.level,
    lapsesAt: request.lapsesAt,
    decidedBy: last === undefined ? null : name(last.person),
    decidedAt: last?.at ?? null,
    grant: request.grant,
    digest: request.digest,
  };
}

/** Requests as CSV with a header line: the same columns from the pages and from the command line. */
export const requestsAsCsv = (
  requests: readonly ExportedRequest[],
  name: (person: string) => string,
): string =>
  [
    csvLine(COLUMNS),
    ...requests.map((request) => {
      const row = requestRow(request, name);
      return csvLine(COLUMNS.map((column) => row[column]));
    }),
  ].join('');

/** Ids of the people whose names the table shows; some may repeat. */
export const peopleInCsv = (requests: readonly ExportedRequest[]): string[] =>
  requests.flatMap(({ requester, reviews }) => [requester, ...reviews.map(({ person }) => person)]);
