import { segment } from '../api/client.js';
import { grantShape, tokenShape } from '../api/shapes.js';
import type { Answer, Context } from '../command/context.js';
import { idOf } from '../command/flags.js';
import { grantText } from '../requests/request-text.js';
import { humanSeconds } from '../terminal/text.js';

/** Mints a token. Without `--json` stdout holds the token alone. */
export async function token(context: Context, id: string): Promise<Answer> {
  const path = `/api/v1/grants/${segment(idOf('grt', id))}/tokens`;
  const minted = await context.api().call(path, tokenShape, { method: 'POST' });
  if (!context.json) context.note(`A token for ${id}, for ${humanSeconds(minted.expires_in)}:`);
  return { document: minted, text: minted.access_token };
}

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
