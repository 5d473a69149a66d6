import type { GrantView } from '@countersign/access';
import type { Grant } from '@countersign/api';

/** @param gatewayUrl the address of the gateway, without the service's name */
export function grantAnswer({ grant, scope, budget, countersignedBy }: GrantView, gatewayUrl: string): Grant {
  return {
    id: grant.id,
    request: grant.request,
    tenant: grant.tenant,
    service: grant.service,
    scope,
    requester: grant.requester,
    digest: grant.digest,
    state: grant.state,
    startsAt: grant.startsAt,
    endsAt: grant.endsAt,
    budget,
    used: grant.used,
    endReason: grant.endReason,
    endedAt: grant.endedAt,
    endedBy: grant.endedBy,
    countersignedBy,
    gatewayUrl: `${gatewayUrl}/${grant.service}`,
  };
}
