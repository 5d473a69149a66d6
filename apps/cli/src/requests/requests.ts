import { segment } from '../api/client.js';
import { fetchNames } from '../api/people.js';
import { grantShape, requestShape } from '../api/shapes.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { parseId } from '../command/flags.js';
import { fetchPage, type ListOptions } from '../command/list.js';
import { formatGrant, nextCommands } from '../grants/grant-text.js';
import { formatOffer, formatRequest, formatRequests, peopleIn } from './request-text.js';

export const listRequests = (context: Context, options: ListOptions): Promise<Answer> =>
  fetchPage(
    context,
    { verb: 'requests', path: '/api/v1/requests', item: requestShape, format: formatRequests },
    options,
  );

/** Shows a request or a grant by its id, with the names of the people. */
export async function show(context: Context, id: string): Promise<Answer> {
  if (id.startsWith('req_')) {
    const request = await context.api().call(`/api/v1/requests/${segment(id)}`, requestShape);
    const names = context.json ? undefined : await fetchNames(context.api(), peopleIn(request));
    return { document: request, text: formatRequest(request, new Date(), names) };
  }
  if (id.startsWith('grt_')) {
    const grant = await context.api().call(`/api/v1/grants/${segment(id)}`, grantShape);
    const names = context.json ? undefined : await fetchNames(context.api(), [grant.requester]);
    return { document: grant, text: formatGrant(grant, new Date(), names) };
  }
  throw usageError(`show takes the id of a request (req_…) or a grant (grt_…); got ${JSON.stringify(id)}`);
}

/** Accepts the customer's counter-offer. It shows the offer first, and accepts exactly the digest that it showed. */
export async function acceptOffer(context: Context, id: string): Promise<Answer> {
  const path = `/api/v1/requests/${segment(parseId('req', id))}`;
  const api = context.api();
  const request = await api.call(path, requestShape);
  if (request.offer == null)
    throw new CliError('wrong_state', `${id} is ${request.state}: there is no counter-offer to accept`);
  if (!context.json) context.note(formatOffer(request.offer));
  const accepted = await api.call(`${path}/acceptance`, requestShape, {
    method: 'POST',
    body: { digest: request.offer.digest },
  });
  if (accepted.grant !== null && !context.json) context.note(nextCommands(accepted.grant));
  return { document: accepted, text: formatRequest(accepted, new Date()) };
}

/** Withdraws the caller's own request. */
export async function cancelRequest(context: Context, id: string): Promise<Answer> {
  const path = `/api/v1/requests/${segment(parseId('req', id))}/cancel`;
  const request = await context.api().call(path, requestShape, { method: 'POST' });
  return { document: request, text: `${request.id} is ${request.state}.` };
}
