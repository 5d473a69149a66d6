import type { WhatToRequest } from '@countersign/authorization';

/** The address of the broker's form for an access request, filled in with these members. */
export function askAddress(issuer: string, { tenant, service, scope }: WhatToRequest): string {
  const query = new URLSearchParams({ ...(tenant && { tenant }), service });
  for (const { resource, actions } of scope) query.append('scope', `${resource}:${actions.join(',')}`);
  return `${issuer}/ask?${query}`;
}
