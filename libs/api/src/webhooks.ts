import { z } from 'zod';
import { waitSchema } from './access-request.js';
import { named } from './components.js';
import { instant, logPoint } from './members.js';

/** The body of a webhook. It contains ids and no personal values: the receiver reads the rest with its own rights. */
export const webhookMessageSchema = named(
  'WebhookMessage',
  'What has happened, as ids. It is signed as Standard Webhooks 1.0 says.',
  z.object({
    type: z.string().describe('The kind of notice, such as `request.awaiting_customer`.'),
    timestamp: instant(),
    data: z.object({
      id: z.string().describe('The notice’s id, the same for every attempt. Ignore repeated ids.'),
      tenant: z.string(),
      subject: z.string().describe('Id of what the notice is about: a request, a grant, a lock.'),
      request: z.string().nullable().describe('The request that it belongs to, if any.'),
      link: z.string().nullable().describe('The request’s page at the broker.'),
      waiting: waitSchema
        .nullable()
        .describe('Whom the request waits for as the message is sent; null once it is over.'),
      log: logPoint().describe('How far the tenant’s log had grown.'),
    }),
  }),
);
export type WebhookMessage = z.infer<typeof webhookMessageSchema>;
