import { segment } from '../api/client.js';
import { namesOf, personsOf } from '../api/people.js';
import { grantShape, requestShape } from '../api/shapes.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { idOf } from '../command/flags.js';
import { type ListOptions, listPage } from '../command/list.js';
import { grantsText, grantText, nextCommands, offerText, requestsText, requestText } from './request-text.js';

export const requests = (context: Context, options: ListOptions): Promise<Answer> =>
  listPage(
    context,
    { verb: 'requests', path: '/api/v1/requests', item: requestShape, textOf: requestsText },
    options,
  );

export const grants = (context: Context, options: ListOptions): Promise<Answer> =>
  listPage(
    context,
    { verb: 'grants', path: '/api/v1/grants', item: grantShape, textOf: grantsText },
    options,
  );

/** A request or a grant, by its id. */
export async function show(context: Context, id: string): Promise<Answer> {
  if (id.startsWith('req_')) {
    const found = await context.api().call(`/api/v1/requests/${segment(id)}`, requestShape);
    const names = context.json ? undefined : await namesOf(context.api(), personsOf(found));
    return { document: found, text: requestText(found, new Date(), names) };
  }
  if (id.startsWith('grt_')) {
    const found = await context.api().call(`/api/v1/grants/${segment(id)}`, grantShape);
    const names = context.json ? undefined : await namesOf(context.api(), [found.requester]);
    return { document: found, text: grantText(found, new Date(), names) };
  }
  throw usageError(`show takes the id of a request (req_…) or a grant (grt_…); got ${JSON.stringify(id)}`);
}

/** Takes what the customer offered instead. The offer is shown first; exactly what was shown is accepted. */
export async function accept(context: Context, id: string): Promise<Answer> {
  const path = `/api/v1/requests/${segment(idOf('req', id))}`;
  const api = context.api();
  const asked = await api.call(path, requestShape);
  if (asked.offer == null)
    throw new CliError('wrong_state', `${id} is ${asked.state}: there is no counter-offer to accept`);
  if (!context.json) context.note(offerText(asked.offer));
  const accepted = await api.call(`${path}/acceptance`, requestShape, {
    method: 'POST',
    body: { digest: asked.offer.digest },
  });
  if (accepted.grant !== null && !context.json) context.note(nextCommands(accepted.grant));
  return { document: accepted, text: requestText(accepted, new Date()) };
}

/** Withdraws one's own request. */
export async function cancel(context: Context, id: string): Promise<Answer> {
  const path = `/api/v1/requests/${segment(idOf('req', id))}/cancel`;
  const request = await context.api().call(path, requestShape, { method: 'POST' });
  return { document: request, text: `${request.id} is ${request.state}.` };
}
