import { segment } from '../api/client.js';
import { namesOf, personsOf } from '../api/names.js';
import { grantShape, requestShape } from '../api/shapes.js';
import { usageError } from '../runtime/cli-error.js';
import type { Answer, Context } from '../runtime/context.js';
import { grantText, requestText } from '../text/request-text.js';

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
