import { randomUUID } from 'node:crypto';
import { type Invitation, invitationEndpoints } from '@countersign/api';
import type { Recurrence } from '@countersign/contract';
import { recurrenceText } from '@countersign/wording';
import type { Api } from '../api/client.js';
import { openWithId } from '../api/find-id.js';
import { fetchNamesIfPossible, formatPerson, ownTenant } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { usageError } from '../command/errors.js';
import {
  MAX_CALLS,
  parseInstant,
  parseIsoDuration,
  parseScopeEntry,
  parseSlug,
  parseWeekdays,
  parseWholeNumber,
} from '../command/flags.js';
import { checkListOptions, fetchPage, type ListOptions } from '../command/list.js';
import { formatDuration, formatScope } from '../requests/request-text.js';
import { suggestNames } from '../requests/suggestions.js';
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
  every?: string;
  from?: string;
  to?: string;
  zone?: string;
  engineer?: readonly string[];
  unmasked?: boolean;
};

const MAX_USES = 1_000_000;

/** Opens an invitation of the caller's own tenant. */
export async function invite(context: Context, service: string, options: InviteOptions): Promise<Answer> {
  const { ticket, startAt, uses, calls, engineer } = options;
  const recurs = parseRecurrence(options);
  const body = {
    service,
    scope: options.scope.map(parseScopeEntry),
    until: parseInstant('--until', options.until),
    ...(startAt === undefined ? {} : { notBefore: parseInstant('--start-at', startAt) }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(options.for === undefined ? {} : { maxDuration: parseIsoDuration('--for', options.for) }),
    ...(uses === undefined ? {} : { uses: parseWholeNumber('--uses', uses, 1, MAX_USES) }),
    ...(calls === undefined ? {} : { budget: { calls: parseWholeNumber('--calls', calls, 1, MAX_CALLS) } }),
    ...(recurs === null ? {} : { recurs }),
    ...(engineer === undefined ? {} : { requesters: [...engineer] }),
    ...(options.unmasked === true ? { unmasked: true as const } : {}),
  };
  const api = await context.api();
  const invitation = await api
    .call(invitationEndpoints.create, {
      params: { slug: await tenantSlug(api) },
      body,
      idempotencyKey: randomUUID(),
    })
    .catch(async (error: unknown) => {
      throw await suggestNames(api, body, error);
    });
  if (!context.json)
    context.note(`The invitation is open. "countersign withdraw ${invitation.id}" withdraws it.`);
  return answerWith(context, api, invitation);
}

/** The weekly times; null if none are given. The broker validates times of day and zone. */
function parseRecurrence({ every, from, to, zone }: InviteOptions): Recurrence | null {
  if (every === undefined && from === undefined && to === undefined && zone === undefined) return null;
  if (every === undefined || from === undefined || to === undefined || zone === undefined)
    throw usageError('weekly times need all of --every, --from, --to and --zone');
  return { zone, days: parseWeekdays('--every', every), from, to };
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
  return answerWith(context, api, withdrawn);
}

async function answerWith(context: Context, api: Api, invitation: Invitation): Promise<Answer> {
  const people = [invitation.person, ...(invitation.requesters ?? [])];
  const names = await fetchNamesIfPossible(context, api, people);
  return { document: invitation, text: formatInvitation(invitation, new Date(), names) };
}

const VENDOR =
  'This credential belongs to the vendor’s staff, and only a customer invites. To list a customer’s invitations, add --tenant SLUG.';

/** @throws CliError `tenant_required` for vendor staff */
const tenantSlug = (api: Api): Promise<string> => ownTenant(api, VENDOR, 'tenant_required');

const formatUses = ({ used, uses }: Invitation): string =>
  uses === null ? String(used) : `${used} of ${uses}`;

/** The weekly time that is open now or comes next. */
const formatNext = (next: NonNullable<Invitation['recurs']>['next']): string =>
  next === null ? 'none before it ends' : `${next.from} until ${next.until}`;

const formatInvitation = (invitation: Invitation, now: Date, names: ReadonlyMap<string, string>): string =>
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
    ...optionalFact('only', invitation.recurs === null ? null : recurrenceText(invitation.recurs, 'en')),
    ...optionalFact('next time', invitation.recurs === null ? null : formatNext(invitation.recurs.next)),
    ...optionalFact(
      'only for',
      invitation.requesters?.map((person) => formatPerson(person, names)).join(', ') ?? null,
    ),
    ...optionalFact('hidden fields', invitation.unmasked ? 'may be shown in full' : null),
    ['from', invitation.notBefore],
    ['until', formatInstant(invitation.until, now)],
    ['used', formatUses(invitation)],
    ['by', formatPerson(invitation.person, names)],
  ]);

function formatInvitations(invitations: readonly Invitation[]): string {
  if (invitations.length === 0) return 'No invitations.';
  return formatTable(
    ['ID', 'STATE', 'SERVICE', 'SCOPE', 'TICKET', 'ONLY', 'NEXT', 'UNTIL', 'USED'],
    invitations.map((invitation) => [
      invitation.id,
      invitation.state,
      invitation.service,
      `${formatScope(invitation.scope).join('; ')}${invitation.unmasked ? '; hidden fields in full' : ''}`,
      invitation.ticket ?? '',
      invitation.recurs === null ? '' : recurrenceText(invitation.recurs, 'en'),
      invitation.recurs?.next?.from ?? '',
      invitation.until,
      formatUses(invitation),
    ]),
  );
}
