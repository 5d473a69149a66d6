import { segment } from '../api/client.js';
import { grantShape } from '../api/shapes.js';
import { idOf } from '../runtime/arguments.js';
import type { Answer, Context } from '../runtime/context.js';
import { grantText } from '../text/request-text.js';

/** Gives one's own access back early. */
export const release = (context: Context, id: string): Promise<Answer> => end(context, id, 'release');

/** Stops somebody's access at once. */
export const revoke = (context: Context, id: string, options: { reason: string }): Promise<Answer> =>
  end(context, id, 'revocation', { reason: options.reason });

async function end(
  context: Context,
  id: string,
  how: 'release' | 'revocation',
  body?: unknown,
): Promise<Answer> {
  const path = `/api/v1/grants/${segment(idOf('grt', id))}/${how}`;
  const grant = await context
    .api()
    .call(path, grantShape, { method: 'POST', ...(body === undefined ? {} : { body }) });
  return { document: grant, text: grantText(grant, new Date()) };
}
