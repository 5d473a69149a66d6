import { segment } from '../api/client.js';
import { tokenShape } from '../api/shapes.js';
import { idOf } from '../runtime/arguments.js';
import type { Answer, Context } from '../runtime/context.js';
import { humanSeconds } from '../text/clock.js';

/** Mints a token. Without `--json` stdout holds the token alone. */
export async function token(context: Context, id: string): Promise<Answer> {
  const path = `/api/v1/grants/${segment(idOf('grt', id))}/tokens`;
  const minted = await context.api().call(path, tokenShape, { method: 'POST' });
  if (!context.json) context.note(`A token for ${id}, for ${humanSeconds(minted.expires_in)}:`);
  return { document: minted, text: minted.access_token };
}
