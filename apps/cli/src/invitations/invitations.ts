import { randomUUID } from 'node:crypto';
import { parseDuration } from '@countersign/contract';
import { type Api, segment } from '../api/client.js';
import { type InvitationAnswer, invitationShape, meShape } from '../api/shapes.js';
import type { Answer, Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { durationSeconds, idOf, instantOf, scopeEntry, slug, wholeNumber } from '../command/flags.js';
import { checkPage, type ListOptions, listPage } from '../command/list.js';
import { scopeLines } from '../requests/request-text.js';
import { facts, humanSeconds, instantFrom, table } from '../terminal/text.js';

export type InviteOptions = {
  scope: string[];
  until: string;
  startAt?: string;
  ticket?: string;
  for?: string;
  uses?: string;
  calls?: string;
};

const MOST = 999_999_999;

/** Opens the door of one's own organisation for what the invitation covers. */
export async function invite(context: Context, service: string, options: InviteOptions): Promise<Answer> {
  const { ticket, startAt, uses, calls } = options;
  if (options.for !== undefined) durationSeconds('--for', options.for);
  const body = {
    service,
    scope: options.scope.map(scopeEntry),
    until: instantOf('--until', options.until),
    ...(startAt === undefined ? {} : { notBefore: instantOf('--start-at', startAt) }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(options.for === undefined ? {} : { maxDuration: options.for }),
    ...(uses === undefined ? {} : { uses: wholeNumber('--uses', uses, 1, 1_000_000) }),
    ...(calls === undefined ? {} : { budget: { calls: wholeNumber('--calls', calls, 1, MOST) } }),
  };
  const api = context.api();
  const opened = await api.call(await doorsOf(api), invitationShape, {
    method: 'POST',
    body,
    idempotencyKey: randomUUID(),
  });
  if (!context.json) context.note(`Open. Shut it again with "countersign withdraw ${opened.id}".`);
  return { document: opened, text: invitationText(opened, new Date()) };
}

/** One page of a tenant's invitations, newest first; one's own tenant's where none is named. */
export async function invitations(context: Context, options: ListOptions): Promise<Answer> {
  checkPage(options);
  if (options.tenant !== undefined) slug('--tenant', options.tenant);
  const path = await doorsOf(context.api(), options.tenant);
  return listPage(
    context,
    { verb: 'invitations', path, item: invitationShape, textOf: invitationsText },
    options,
  );
}

/** Shuts the door: what the invitation opened ends at once. */
export async function withdraw(context: Context, id: string, options: { reason?: string }): Promise<Answer> {
  idOf('inv', id);
  const api = context.api();
  const withdrawn = await api.call(`${await doorsOf(api)}/${segment(id)}`, invitationShape, {
    method: 'DELETE',
    ...(options.reason === undefined ? {} : { body: { reason: options.reason } }),
  });
  return { document: withdrawn, text: invitationText(withdrawn, new Date()) };
}

/** Where a tenant's invitations are. @throws CliError `tenant_required` for vendor staff who name none */
async function doorsOf(api: Api, tenant?: string): Promise<string> {
  const named = tenant ?? (await api.call('/api/v1/whoami', meShape)).tenant;
  if (named === null)
    throw new CliError(
      'tenant_required',
      'This key is of the vendor’s staff: only a customer opens or shuts its doors. To list them, say --tenant SLUG.',
    );
  return `/api/v1/tenants/${segment(named)}/invitations`;
}

const uses = ({ used, uses: most }: InvitationAnswer): string =>
  most === null ? String(used) : `${used} of ${most}`;

export function invitationText(invitation: InvitationAnswer, now: Date): string {
  const seconds = parseDuration(invitation.maxDuration);
  return facts([
    ['invitation', invitation.id],
    ['state', invitation.state],
    ['what', [`${invitation.service} of ${invitation.tenant}`, ...scopeLines(invitation.scope)]],
    ['each time', `at most ${seconds === undefined ? invitation.maxDuration : humanSeconds(seconds)}`],
    ...(invitation.budget?.calls === undefined
      ? []
      : [['each time', `at most ${invitation.budget.calls} calls`] as const]),
    ...(invitation.ticket === null ? [] : [['ticket', invitation.ticket] as const]),
    ['from', invitation.notBefore],
    ['until', instantFrom(invitation.until, now)],
    ['used', uses(invitation)],
    ['by', invitation.person],
  ]);
}

export function invitationsText(invitations: readonly InvitationAnswer[]): string {
  if (invitations.length === 0) return 'No invitations.';
  return table(
    ['ID', 'STATE', 'SERVICE', 'SCOPE', 'TICKET', 'UNTIL', 'USED'],
    invitations.map((invitation) => [
      invitation.id,
      invitation.state,
      invitation.service,
      scopeLines(invitation.scope).join('; '),
      invitation.ticket ?? '',
      invitation.until,
      uses(invitation),
    ]),
  );
}
