import type { ServiceDefinition } from '@countersign/contract';
import type { OidcSettings, PrivacyControls, TenantSlack, WebhookSettings } from './organisation.js';

/** A tenant as the store knows it. */
export interface TenantRecord {
  slug: string;
  name: string;
  controls: PrivacyControls;
  oidc: OidcSettings | null;
  slack: TenantSlack | null;
  webhooks: WebhookSettings[];
  removedAt: string | null;
}

/** A data service with the hash of its current route map. */
export interface ServiceRecord {
  definition: ServiceDefinition;
  routes: string;
  removedAt: string | null;
}
