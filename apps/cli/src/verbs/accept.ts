import { segment } from '../api/client.js';
import { requestShape } from '../api/shapes.js';
import { idOf } from '../runtime/arguments.js';
import { CliError } from '../runtime/cli-error.js';
import type { Answer, Context } from '../runtime/context.js';
import { nextCommands, offerText, requestText } from '../text/request-text.js';

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
