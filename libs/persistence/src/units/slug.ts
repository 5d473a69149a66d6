import { isSlug } from '@countersign/contract';
import { StoreError } from '../errors.js';

/** @throws StoreError `invalid_tenant` where the text is no slug */
export function checkedSlug(slug: string): string {
  if (!isSlug(slug)) throw new StoreError('invalid_tenant', 'A unit of work is opened for a tenant’s slug.');
  return slug;
}
