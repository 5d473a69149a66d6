import { DEPLOYMENT_SLUG } from '@countersign/scope';
import type { Finding } from '../problem.js';
import type { Readable } from '../readable.js';

/** The log that belongs to no tenant has a slug too. Reserved service names are the route map's to refuse. */
export function names({ tenants }: Readable): Finding[] {
  return tenants
    .filter(({ slug }) => slug === DEPLOYMENT_SLUG)
    .map(({ path }) => ({ path: [...path, 'slug'], detail: `"${DEPLOYMENT_SLUG}" is a reserved slug` }));
}
