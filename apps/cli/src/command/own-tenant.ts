import { peopleEndpoints } from '@countersign/api';
import type { Context } from './context.js';
import { CliError } from './errors.js';

/**
 * The caller's own tenant.
 *
 * @param otherwise what vendor staff read
 * @throws CliError `forbidden` for vendor staff
 */
export async function ownTenant(
  api: Awaited<ReturnType<Context['api']>>,
  otherwise: string,
): Promise<string> {
  const { tenant } = await api.call(peopleEndpoints.whoami, {});
  if (tenant === null) throw new CliError('forbidden', otherwise);
  return tenant;
}
