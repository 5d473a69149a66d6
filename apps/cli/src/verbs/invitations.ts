import { randomUUID } from 'node:crypto';
import { type Api, segment } from '../api/client.js';
import { invitationShape, meShape } from '../api/shapes.js';
import { durationSeconds, idOf, instantOf, scopeEntry, slug, wholeNumber } from '../runtime/arguments.js';
import { CliError } from '../runtime/cli-error.js';
import type { Answer, Context } from '../runtime/context.js';
import { invitationsText, invitationText } from '../text/invitation-text.js';
import { checkPage, type ListOptions, listPage } from './page.js';

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
