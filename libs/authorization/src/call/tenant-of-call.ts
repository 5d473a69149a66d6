import { ContractError, isSlug, type RouteMatch, type ServiceDefinition } from '@countersign/contract';
import type { Call, CallClaims } from './call.js';

/**
 * Whose data a call is about, read where the service's map says:
 * - `path`: the value of `{tenant}`;
 * - `host`: the left-most label of the host (`acme.gateway.example` → `acme`);
 * - `header`: the one value of the named header;
 * - `service`: the call itself names nobody; the upstream goes by the tenant that the gateway tells it, the token's.
 *
 * Undefined when none is named. Throws ContractError `ambiguous_request` for a header that is given twice.
 */
export function tenantOfCall(
  service: ServiceDefinition,
  match: RouteMatch,
  call: Call,
  claims: CallClaims,
): string | undefined {
  switch (service.tenantFrom) {
    case 'path':
      return match.tenant;
    case 'host':
      return slugOrNone(call.host.includes('.') ? call.host.split('.')[0] : undefined);
    case 'header': {
      const values = call.headerValues(service.tenantHeader ?? '');
      if (values.length > 1) throw new ContractError('ambiguous_request', 'the tenant header is given twice');
      return slugOrNone(values[0]);
    }
    case 'service':
      return claims.tenant;
  }
}

function slugOrNone(value: string | undefined): string | undefined {
  return value !== undefined && isSlug(value) ? value : undefined;
}
