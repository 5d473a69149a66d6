import { segment } from '../api/client.js';
import { namesOf, personsOf } from '../api/names.js';
import { requestShape, reviewShape } from '../api/shapes.js';
import { idOf } from '../runtime/arguments.js';
import { usageError } from '../runtime/cli-error.js';
import type { Answer, Context } from '../runtime/context.js';
import { requestText } from '../text/request-text.js';

export type ReviewOptions = { approve?: boolean; deny?: boolean; reason?: string; digest?: string };

/**
 * Decides on exactly one digest. Without `--digest` the request is fetched and shown, and what is signed is
 * the digest that was shown: should it change meanwhile, the broker refuses.
 */
export async function review(context: Context, id: string, options: ReviewOptions): Promise<Answer> {
  idOf('req', id);
  if ((options.approve === true) === (options.deny === true))
    throw usageError('say either --approve or --deny');
  const api = context.api();
  const path = `/api/v1/requests/${segment(id)}`;
  let digest = options.digest;
  if (digest === undefined) {
    const shown = await api.call(path, requestShape);
    context.note(requestText(shown, new Date(), await namesOf(api, personsOf(shown))));
    digest = shown.digest;
  }
  const decided = await api.call(`${path}/reviews`, reviewShape, {
    method: 'POST',
    body: {
      decision: options.approve === true ? 'approve' : 'deny',
      digest,
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    },
  });
  const word = decided.decision === 'approve' ? 'Approved' : 'Denied';
  return { document: decided, text: `${word} ${id} at ${decided.at} (${decided.id}).` };
}
