import { DEPLOYMENT_SLUG } from '@countersign/contract';
import type { Finding } from '../problem.js';
import type { Readable } from '../readable.js';

/** People sign in by their tenant's slug, the vendor's staff by this word; audiences of notices name sides alike. */
const RESERVED: ReadonlySet<string> = new Set([DEPLOYMENT_SLUG, 'vendor']);

/** The log that belongs to no tenant has a slug too. Reserved service names are the route map's to refuse. */
export function names({ tenants }: Readable): Finding[] {
  return tenants
    .filter(({ slug }) => RESERVED.has(slug))
    .map(({ path, slug }) => ({ path: [...path, 'slug'], detail: `"${slug}" is a reserved slug` }));
}
