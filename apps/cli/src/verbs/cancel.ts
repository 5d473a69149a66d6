import { segment } from '../api/client.js';
import { requestShape } from '../api/shapes.js';
import { idOf } from '../runtime/arguments.js';
import type { Answer, Context } from '../runtime/context.js';

/** Withdraws one's own request. */
export async function cancel(context: Context, id: string): Promise<Answer> {
  const path = `/api/v1/requests/${segment(idOf('req', id))}/cancel`;
  const request = await context.api().call(path, requestShape, { method: 'POST' });
  return { document: request, text: `${request.id} is ${request.state}.` };
}
