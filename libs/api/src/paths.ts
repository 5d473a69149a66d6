import type { z } from 'zod';
import type { accessReviewEndpoints } from './access-reviews.js';
import type { bypassReportEndpoints } from './bypass-reports.js';
import type { demandEndpoints } from './demands.js';
import type { disclosureEndpoints } from './disclosures.js';
import type { Endpoint, HttpMethod } from './endpoint.js';
import type { evidenceEndpoints } from './evidence.js';
import type { exportEndpoints } from './exports.js';
import type { gatewayEndpoints } from './gateways.js';
import type { grantEndpoints } from './grants.js';
import type { incidentEndpoints } from './incidents.js';
import type { invitationEndpoints } from './invitations.js';
import type { isolationEndpoints } from './isolation.js';
import type { apiKeyEndpoints, tokenEndpoints } from './keys.js';
import type { lockEndpoints } from './locks.js';
import type { logKeepingEndpoints } from './log-keeping.js';
import type { logEndpoints, logFileEndpoints } from './logs.js';
import type { noticeAddressEndpoints } from './notice-addresses.js';
import type { noticeEndpoints } from './notices.js';
import type { organisationEndpoints } from './organisation.js';
import type { passkeyEndpoints } from './passkeys.js';
import type { peopleEndpoints } from './people.js';
import type { practiceEndpoints } from './practices.js';
import type { preferenceEndpoints } from './preferences.js';
import type { Problem } from './problem.js';
import type { pushSubscriptionEndpoints } from './push-subscriptions.js';
import type { requestEndpoints } from './requests.js';
import type { serviceEndpoints } from './services.js';
import type { sessionEndpoints } from './sessions.js';
import type { cliLoginEndpoints, signInEndpoints } from './sign-in.js';
import type { signalEndpoints } from './signals.js';
import type { slackInstallEndpoints, slackLinkEndpoints } from './slack.js';
import type { standingEndpoints } from './standing.js';
import type { statementEndpoints } from './statements.js';
import type { templateEndpoints } from './templates.js';
import type { tenantEndpoints } from './tenants.js';
import type { transparencyEndpoints } from './transparency.js';
import type { stopEndpoints, trustEndpoints } from './trust.js';
import type { wideningEndpoints } from './widenings.js';

/** What our own programs call. SCIM clients and identity providers are others' programs. */
type Groups =
  | typeof accessReviewEndpoints
  | typeof bypassReportEndpoints
  | typeof noticeAddressEndpoints
  | typeof practiceEndpoints
  | typeof apiKeyEndpoints
  | typeof cliLoginEndpoints
  | typeof disclosureEndpoints
  | typeof demandEndpoints
  | typeof evidenceEndpoints
  | typeof exportEndpoints
  | typeof gatewayEndpoints
  | typeof grantEndpoints
  | typeof incidentEndpoints
  | typeof invitationEndpoints
  | typeof isolationEndpoints
  | typeof lockEndpoints
  | typeof logEndpoints
  | typeof logFileEndpoints
  | typeof logKeepingEndpoints
  | typeof noticeEndpoints
  | typeof organisationEndpoints
  | typeof passkeyEndpoints
  | typeof peopleEndpoints
  | typeof requestEndpoints
  | typeof serviceEndpoints
  | typeof sessionEndpoints
  | typeof signalEndpoints
  | typeof signInEndpoints
  | typeof slackInstallEndpoints
  | typeof slackLinkEndpoints
  | typeof standingEndpoints
  | typeof statementEndpoints
  | typeof stopEndpoints
  | typeof wideningEndpoints
  | typeof tenantEndpoints
  | typeof preferenceEndpoints
  | typeof pushSubscriptionEndpoints
  | typeof templateEndpoints
  | typeof tokenEndpoints
  | typeof transparencyEndpoints
  | typeof trustEndpoints;

type EndpointsOf<Group> = Group extends unknown ? Group[keyof Group] : never;
type AnyEndpoint = Extract<EndpointsOf<Groups>, Endpoint>;

/** Every endpoint by its route, `GET /api/v1/requests`. */
export type EndpointByRoute = { [E in AnyEndpoint as E['route']]: E };

type PathOf<Route> = Route extends `${HttpMethod} ${infer Path}` ? Path : never;

/** The names in braces: `id` of `/api/v1/requests/{id}`. */
type Placeholders<Path> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The endpoints by path and method, in the form that openapi-fetch uses. */
export type Paths = {
  [Path in PathOf<keyof EndpointByRoute>]: {
    [M in HttpMethod as `${M} ${Path}` extends keyof EndpointByRoute
      ? Lowercase<M>
      : never]: `${M} ${Path}` extends keyof EndpointByRoute
      ? Operation<EndpointByRoute[`${M} ${Path}`], Path>
      : never;
  };
};

type Operation<E extends Endpoint, Path> = {
  parameters: PathParameters<Path> & QueryParameters<E>;
  responses: Record<E['answer']['status'], { content: AnswerContent<E> }> & {
    default: { content: { 'application/problem+json': Problem } };
  };
} & RequestBody<E>;

type PathParameters<Path> = [Placeholders<Path>] extends [never]
  ? { path?: never }
  : { path: { [Name in Placeholders<Path>]: string } };

type QueryParameters<E> = E extends { query: infer Q extends z.ZodType }
  ? Record<never, never> extends z.input<Q>
    ? { query?: z.input<Q> }
    : { query: z.input<Q> }
  : { query?: never };

type RequestBody<E> = E extends { body: { schema: infer B extends z.ZodType } }
  ? E extends { body: { optional: true } }
    ? { requestBody?: { content: { [type in BodyType<E>]: z.input<B> } } }
    : { requestBody: { content: { [type in BodyType<E>]: z.input<B> } } }
  : { requestBody?: never };

type BodyType<E> = E extends { body: { form: true } }
  ? 'application/x-www-form-urlencoded'
  : E extends { body: { type: infer T extends string } }
    ? T
    : 'application/json';

type AnswerContent<E> = E extends { answer: { schema: infer A extends z.ZodType } }
  ? { 'application/json': z.output<A> }
  : never;
