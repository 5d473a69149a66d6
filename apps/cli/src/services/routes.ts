import { segment } from '../api/client.js';
import { serviceShape } from '../api/shapes.js';
import type { Answer, Context } from '../command/context.js';
import { table } from '../terminal/text.js';

/** What can be asked for: every route of the service with its resource and action. */
export async function routes(context: Context, name: string): Promise<Answer> {
  const service = await context.api().call(`/api/v1/services/${segment(name)}`, serviceShape);
  const rows = service.routes.map(({ method, path, resource, action, query }) => [
    action,
    resource.replaceAll(/\{[^}]*\}/g, '*'),
    method,
    path,
    query === 'any' ? 'any' : query.join(', '),
  ]);
  return { document: service, text: table(['ACTION', 'RESOURCE', 'METHOD', 'PATH', 'QUERY'], rows) };
}
