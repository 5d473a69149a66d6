import { grantEndpoints, requestEndpoints } from '@countersign/api';
import { peopleInCsv, requestsAsCsv } from '@countersign/wording';
import { openWithId } from '../api/find-id.js';
import { fetchNames, fetchNamesIfPossible } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { LAST } from '../command/flags.js';
import { fetchAll, fetchPage, type ListOptions } from '../command/list.js';
import { formatGrant, nextCommands, peopleInGrant } from '../grants/grant-text.js';
import { formatOffer, formatRequest, formatRequests, peopleIn, requestAnswer } from './request-text.js';

/** One page as a table, or with `--csv` every request that the filters let through, with the columns that *History* exports. */
export async function listRequests(
  context: Context,
  { csv, ...options }: ListOptions & { csv?: boolean },
): Promise<Answer> {
  if (csv !== true)
    return fetchPage(
      context,
      { verb: 'requests', endpoint: requestEndpoints.list, format: formatRequests },
      options,
    );
  if (context.json) throw usageError('--csv and --json exclude each other');
  const requests = await fetchAll(context, requestEndpoints.list, options);
  const names = await fetchNames(await context.api(), peopleInCsv(requests));
  const text = requestsAsCsv(requests, (id) => names.get(id) ?? id);
  // The printer adds `\n`: together they end the last line with CRLF (RFC 4180).
  return { document: requests, text: text.replace(/\r\n$/, '\r') };
}

/** Shows a request or a grant by its id, with the names of the people; `@last` is the newest request. */
export async function show(context: Context, text: string): Promise<Answer> {
  if (text.startsWith('req_') || text === LAST) {
    const { api, id } = await openWithId(context, 'req', text);
    const params = { id };
    const request = await api.call(requestEndpoints.read, { params });
    const names = context.json ? undefined : await fetchNames(api, peopleIn(request));
    return { document: request, text: formatRequest(request, new Date(), names) };
  }
  if (text.startsWith('grt_')) {
    const { api, id } = await openWithId(context, 'grt', text);
    const params = { id };
    const grant = await api.call(grantEndpoints.read, { params });
    const names = context.json ? undefined : await fetchNames(api, peopleInGrant(grant));
    return { document: grant, text: formatGrant(grant, new Date(), names) };
  }
  throw usageError(
    `show takes the id of a request (req_…) or a grant (grt_…), or @last; got ${JSON.stringify(text)}`,
  );
}

/** Accepts the customer's counter-offer. It shows the offer first, and accepts exactly the digest that it showed. */
export async function acceptOffer(context: Context, text: string): Promise<Answer> {
  const { api, id } = await openWithId(context, 'req', text);
  const params = { id };
  const request = await api.call(requestEndpoints.read, { params });
  if (request.offer === null)
    throw new CliError('wrong_state', `${id} is ${request.state}: there is no counter-offer to accept`);
  const names = await fetchNamesIfPossible(context, api, [request.offer.person]);
  if (!context.json) context.note(formatOffer(request.offer, names));
  const accepted = await api.call(requestEndpoints.accept, {
    params,
    body: { digest: request.offer.digest },
  });
  if (accepted.grant !== null && !context.json) context.note(nextCommands(accepted.grant));
  return requestAnswer(context, api, accepted);
}

/** Withdraws the caller's own request. */
export async function cancelRequest(context: Context, text: string): Promise<Answer> {
  const { api, id } = await openWithId(context, 'req', text);
  const params = { id };
  const request = await api.call(requestEndpoints.cancel, { params });
  return { document: request, text: `${request.id} is ${request.state}.` };
}
