import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { AccessReviewsModule } from './access-reviews/access-reviews.module.js';
import { BypassReportsModule } from './bypass-reports/bypass-reports.module.js';
import { type BrokerParts, coreModule } from './core.module.js';
import { DemandsModule } from './demands/demands.module.js';
import { DisclosuresModule } from './disclosures/disclosures.module.js';
import { EvidenceModule } from './evidence/evidence.module.js';
import { ExportsModule } from './exports/exports.module.js';
import { GatewayApiModule } from './gateway-api/gateway-api.module.js';
import { GatewaysModule } from './gateways/gateways.module.js';
import { GrantsModule } from './grants/grants.module.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { IncidentsModule } from './incidents/incidents.module.js';
import { InvitationsModule } from './invitations/invitations.module.js';
import { IsolationModule } from './isolation/isolation.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { KeysModule } from './keys/keys.module.js';
import { LocksModule } from './locks/locks.module.js';
import { LogsModule } from './logs/logs.module.js';
import { NoticeAddressesModule } from './notice-addresses/notice-addresses.module.js';
import { NoticesModule } from './notices/notices.module.js';
import { OpenApiModule } from './openapi/openapi.module.js';
import { PasskeysModule } from './passkeys/passkeys.module.js';
import { PeopleModule } from './people/people.module.js';
import { PersonalModule } from './personal/personal.module.js';
import { PracticesModule } from './practices/practices.module.js';
import { RequestsModule } from './requests/requests.module.js';
import { ScimModule } from './scim/scim.module.js';
import { ServicesModule } from './services/services.module.js';
import { SignInModule } from './sign-in/sign-in.module.js';
import { SignalsModule } from './signals/signals.module.js';
import { SlackModule } from './slack/slack.module.js';
import { StandingModule } from './standing/standing.module.js';
import { StreamModule } from './stream/stream.module.js';
import { TenantsModule } from './tenants/tenants.module.js';
import { TransparencyModule } from './transparency/transparency.module.js';
import { TrustModule } from './trust/trust.module.js';

/** One module for each resource, and those without one of their own: http, jobs. */
const MODULES: readonly Type[] = [
  HttpModule,
  RequestsModule,
  GrantsModule,
  DisclosuresModule,
  IncidentsModule,
  InvitationsModule,
  LocksModule,
  LogsModule,
  ExportsModule,
  EvidenceModule,
  DemandsModule,
  ServicesModule,
  PeopleModule,
  PersonalModule,
  TenantsModule,
  PasskeysModule,
  TrustModule,
  GatewaysModule,
  AccessReviewsModule,
  PracticesModule,
  BypassReportsModule,
  NoticeAddressesModule,
  StandingModule,
  IsolationModule,
  TransparencyModule,
  SignInModule,
  SignalsModule,
  ScimModule,
  SlackModule,
  NoticesModule,
  StreamModule,
  KeysModule,
  GatewayApiModule,
  JobsModule,
  HealthModule,
  OpenApiModule,
];

/** Every controller of the broker. */
export const CONTROLLERS: readonly Type[] = MODULES.flatMap(
  (module) => (Reflect.getMetadata(MODULE_METADATA.CONTROLLERS, module) as Type[] | undefined) ?? [],
);

/** The whole broker. Nest starts and stops its parts through their lifecycle hooks. */
@Module({ imports: [...MODULES] })
class BrokerModule {}

export function brokerModule(parts: BrokerParts): DynamicModule {
  return { module: BrokerModule, imports: [coreModule(parts)] };
}
