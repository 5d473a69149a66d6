import { isResource } from '@countersign/contract';
import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';

const properties = z.record(z.string(), z.unknown());
const text = z.string().min(1).max(512);

/** AuthZEN objects may have any further members; they are ignored. */
const evaluationSchema = named(
  'AuthzenEvaluation',
  'A question of the AuthZEN Authorization API 1.0: may this subject do this?',
  z.looseObject({
    subject: z.looseObject({
      type: z.literal('user'),
      id: text
        .meta({ examples: ['erin@vendor.example'] })
        .describe('The engineer: `usr_…`, or the e-mail address.'),
      properties: properties.exactOptional(),
    }),
    action: z.looseObject({
      name: text
        .meta({ examples: ['read'] })
        .describe('An action of the service’s route map, such as `read`.'),
      properties: properties.exactOptional(),
    }),
    resource: z.looseObject({
      type: text.meta({ examples: ['billing'] }).describe('The data service, such as `billing`.'),
      id: text
        .refine(isResource, 'A resource is a path of segments without wildcards, such as `invoices/17`.')
        .meta({ examples: ['invoices/17'] })
        .describe('A resource of its route map, such as `invoices/17`.'),
      properties: z.looseObject({ tenant: text.describe('The customer’s slug.') }),
    }),
    context: properties.exactOptional(),
  }),
);
export type AuthzenEvaluation = z.infer<typeof evaluationSchema>;

const decisionSchema = named(
  'AuthzenDecision',
  'The decision, and with a refusal what to request.',
  z.object({
    decision: z.boolean(),
    context: z
      .object({
        grant: z.string().exactOptional().describe('Which grant allows it.'),
        reason_user: z.object({ en: z.string() }).exactOptional().describe('Why it is not allowed.'),
        request: z
          .object({
            tenant: z.string(),
            service: z.string(),
            scope: z.array(z.object({ resource: z.string(), actions: z.array(z.string()) })),
          })
          .exactOptional()
          .describe('What to ask for: the members of a new request.'),
      })
      .describe('Beside the decision.'),
  }),
);
export type AuthzenDecision = z.infer<typeof decisionSchema>;

const configurationSchema = named(
  'AuthzenConfiguration',
  'Where the AuthZEN endpoints are.',
  z.object({ policy_decision_point: z.string(), access_evaluation_endpoint: z.string() }),
);

/** OpenID AuthZEN Authorization API 1.0. */
export const evaluationEndpoints = {
  evaluate: endpoint({
    route: 'POST /access/v1/evaluation',
    callers: { people: 'grant.read' },
    summary: 'Ask whether a grant allows something now',
    description:
      'OpenID AuthZEN Authorization API 1.0. Engineers ask about themselves, a customer’s people about their own data, reviewers and auditors about anyone; what the caller may not see is not allowed. An answer opens nothing: only the gateway lets a call through, and checks also routes, budgets and countersignatures. `X-Request-ID` is returned as it came.',
    body: { schema: evaluationSchema },
    answer: { status: 200, description: 'The decision.', schema: decisionSchema },
  }),
  configuration: endpoint({
    route: 'GET /.well-known/authzen-configuration',
    callers: { everyone: true },
    summary: 'Where to ask for decisions',
    description: 'The metadata of AuthZEN’s Authorization API 1.0. Public.',
    answer: { status: 200, description: 'AuthZEN metadata.', schema: configurationSchema },
  }),
};
