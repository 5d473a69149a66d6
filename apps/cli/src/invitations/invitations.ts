import { randomUUID } from 'node:crypto';
import { type Invitation, invitationEndpoints } from '@countersign/api';
import type { Api } from '../api/client.js';
import { openWithId } from '../api/find-id.js';
import { fetchMe } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import {
  MAX_CALLS,
  parseInstant,
  parseIsoDuration,
  parseScopeEntry,
  parseSlug,
  parseWholeNumber,
} from '../command/flags.js';
import { checkListOptions, fetchPage, type ListOptions } from '../command/list.js';
import { formatDuration, formatScope } from '../requests/request-text.js';
import { formatFacts, formatTable, optionalFact } from '../terminal/text.js';
import { formatInstant } from '../terminal/time.js';

export type InviteOptions = {
  scope: string[];
  until: string;
  startAt?: string;
  ticket?: string;
  for?: string;
  uses?: string;
  calls?: string;
};

const MAX_USES = 1_000_000;

/** Opens an invitation of the caller's own tenant. */
export async function invite(context: Context, service: string, options: InviteOptions): Promise<Answer> {
  const { ticket, startAt, uses, calls } = options;
  const body = {
    service,
    scope: options.scope.map(parseScopeEntry),
    until: parseInstant('--until', options.until),
    ...(startAt === undefined ? {} : { notBefore: parseInstant('--start-at', startAt) }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(options.for === undefined ? {} : { maxDuration: parseIsoDuration('--for', options.for) }),
    ...(uses === undefined ? {} : { uses: parseWholeNumber('--uses', uses, 1, MAX_USES) }),
    ...(calls === undefined ? {} : { budget: { calls: parseWholeNumber('--calls', calls, 1, MAX_CALLS) } }),
  };
  const api = await context.api();
  const invitation = await api.call(invitationEndpoints.create, {
    params: { slug: await tenantSlug(api) },
    body,
    idempotencyKey: randomUUID(),
  });
  if (!context.json)
    context.note(`The invitation is open. "countersign withdraw ${invitation.id}" withdraws it.`);
  return { document: invitation, text: formatInvitation(invitation, new Date()) };
}

/** One page of a tenant's invitations, newest first. Without `--tenant` it is the caller's own tenant. */
export async function listInvitations(context: Context, options: ListOptions): Promise<Answer> {
  checkListOptions(options);
  if (options.tenant !== undefined) parseSlug('--tenant', options.tenant);
  const slug = options.tenant ?? (await tenantSlug(await context.api()));
  const endpoint = invitationEndpoints.list;
  return fetchPage(
    context,
    { verb: 'invitations', endpoint, params: { slug }, format: formatInvitations },
    options,
  );
}

export async function withdrawInvitation(
  context: Context,
  invitation: string,
  { reason }: { reason?: string },
): Promise<Answer> {
  const { api, id } = await openWithId(context, 'inv', invitation);
  const withdrawn = await api.call(invitationEndpoints.withdraw, {
    params: { slug: await tenantSlug(api), id },
    ...(reason === undefined ? {} : { body: { reason } }),
  });
  return { document: withdrawn, text: formatInvitation(withdrawn, new Date()) };
}

/** The caller's own tenant. @throws CliError `tenant_required` for vendor staff */
async function tenantSlug(api: Api): Promise<string> {
  const { tenant } = await fetchMe(api);
  if (tenant !== null) return tenant;
  throw new CliError(
    'tenant_required',
    'This credential belongs to the vendor’s staff, and only a customer invites. To list a customer’s invitations, add --tenant SLUG.',
  );
}

const formatUses = ({ used, uses }: Invitation): string =>
  uses === null ? String(used) : `${used} of ${uses}`;

const formatInvitation = (invitation: Invitation, now: Date): string =>
  formatFacts([
    ['invitation', invitation.id],
    ['state', invitation.state],
    ['what', [`${invitation.service} of ${invitation.tenant}`, ...formatScope(invitation.scope)]],
    ['each time', `at most ${formatDuration(invitation.maxDuration)}`],
    ...optionalFact(
      'each time',
      invitation.budget?.calls === undefined ? null : `at most ${invitation.budget.calls} calls`,
    ),
    ...optionalFact('ticket', invitation.ticket),
    ['from', invitation.notBefore],
    ['until', formatInstant(invitation.until, now)],
    ['used', formatUses(invitation)],
    ['by', invitation.person],
  ]);

function formatInvitations(invitations: readonly Invitation[]): string {
  if (invitations.length === 0) return 'No invitations.';
  return formatTable(
    ['ID', 'STATE', 'SERVICE', 'SCOPE', 'TICKET', 'UNTIL', 'USED'],
    invitations.map((invitation) => [
      invitation.id,
      invitation.state,
      invitation.service,
      formatScope(invitation.scope).join('; '),
      invitation.ticket ?? '',
      invitation.until,
      formatUses(invitation),
    ]),
  );
}
