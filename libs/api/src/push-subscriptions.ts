import { LANGUAGES } from '@countersign/contract';
import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';
import { idText, instant } from './members.js';

const MAX_ENDPOINT = 1_000;
/** The public key in the example of RFC 8291. */
const EXAMPLE_KEY = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4';

const pushSubscriptionBody = named(
  'NewPushSubscription',
  'What a browser’s `PushManager.subscribe()` returned.',
  z.strictObject({
    endpoint: z
      .string()
      .max(MAX_ENDPOINT)
      .meta({ examples: ['https://updates.push.services.mozilla.com/wpush/v2/gAAAAABm'] })
      .describe('The address at the browser’s push service, which is one that the broker calls.'),
    keys: z
      .strictObject({
        p256dh: z
          .string()
          .regex(/^B[A-Za-z0-9_-]{86}$/)
          .meta({ examples: [EXAMPLE_KEY] })
          .describe('The browser’s public key, an uncompressed point on P-256, base64url.'),
        auth: z
          .string()
          .regex(/^[A-Za-z0-9_-]{22}$/)
          .meta({ examples: ['BTBZMqHH6r4Tts7J_aSIgg'] })
          .describe('The browser’s secret, 16 bytes, base64url.'),
      })
      .describe('With these the broker encrypts each message for this browser (RFC 8291).'),
    language: z.enum(LANGUAGES).describe('The language of the messages.'),
  }),
);
export type NewPushSubscription = z.infer<typeof pushSubscriptionBody>;

const pushSubscriptionSchema = named(
  'PushSubscription',
  'A browser in which the caller is notified.',
  z.object({
    id: idText('psh', 'The subscription.'),
    device: z.string().describe('The browser as it called itself.'),
    endpointHash: z
      .string()
      .meta({ pattern: '^[0-9a-f]{64}$' })
      .describe('SHA-256 of the endpoint, in hexadecimal: a browser recognises its own subscription by it.'),
    language: z.enum(LANGUAGES),
    current: z.boolean().describe('Whether it belongs to the session of this call.'),
    madeAt: instant(),
    expiresAt: instant().describe('Each sign-in in this browser moves it by 30 days.'),
    lastAt: instant().nullable().describe('When something was last sent; null if nothing was.'),
    lastResult: z
      .string()
      .nullable()
      .describe('`delivered` if the push service has accepted it, else a code such as `http_429`.'),
  }),
);
export type PushSubscription = z.infer<typeof pushSubscriptionSchema>;

export const pushSubscriptionEndpoints = {
  list: endpoint({
    route: 'GET /api/v1/push-subscriptions',
    callers: { people: 'self.read' },
    summary: 'List the browsers in which one is notified',
    description: 'One’s own, the oldest first, with the key that a browser subscribes with.',
    answer: {
      status: 200,
      description: 'All of them.',
      schema: named(
        'PushSubscriptionList',
        'Browsers in which the caller is notified.',
        z.object({
          items: z.array(pushSubscriptionSchema),
          applicationServerKey: z
            .string()
            .meta({ pattern: '^B[A-Za-z0-9_-]{86}$', examples: [EXAMPLE_KEY] })
            .describe('The broker’s public key for push services (VAPID, RFC 8292), base64url.'),
        }),
      ),
    },
  }),
  add: endpoint({
    route: 'POST /api/v1/push-subscriptions',
    callers: { people: 'push.add' },
    summary: 'Be notified in this browser',
    description:
      'Only in the person’s own browser session, after a sign-in in the last ten minutes. The person gets a notice about it by every way. If this browser notified someone else before, that person gets one too. At most five; the oldest one goes. It ends if someone ends the session, and if the browser’s push service answers 404 or 410. A browser that is known already, with the same keys, follows its new session without a new sign-in, and no one is notified again. A push says what kind of news there is and opens a page; nothing can be decided in it.',
    body: { schema: pushSubscriptionBody },
    answer: { status: 201, description: 'The subscription.', schema: pushSubscriptionSchema },
    errors: ['fresh_sign_in_required'],
  }),
  remove: endpoint({
    route: 'DELETE /api/v1/push-subscriptions/{id}',
    callers: { people: 'push.remove' },
    summary: 'Be no longer notified in a browser',
    description:
      'Only in the person’s own browser session, after a sign-in in the last ten minutes. The person is notified of it by every way that is left.',
    answer: { status: 204, description: 'It is removed.' },
    errors: ['not_found', 'fresh_sign_in_required'],
  }),
};
