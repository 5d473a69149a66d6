import { SESSION_ASSURANCES, SESSION_KINDS, SIDES, signatureSchema } from '@countersign/contract';
import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { idText, instant } from './members.js';
import { presenceOfferSchema } from './passkeys.js';

const sessionMembers = {
  id: idText('ses', 'The session.'),
  kind: z.enum(SESSION_KINDS).describe('A browser, or a command line that was allowed in a browser.'),
  device: z.string().describe('How the device named itself.'),
  assurance: z.enum(SESSION_ASSURANCES).describe('How its person signed in.'),
  createdAt: instant(),
  idleExpiresAt: instant()
    .nullable()
    .describe('When it ends unless it is used; null if only `expiresAt` counts.'),
  expiresAt: instant(),
};

export const sessionSchema = named(
  'Session',
  'Who is signed in in this browser.',
  z.object({
    ...sessionMembers,
    person: z.object({
      id: idText('usr', 'Who is signed in.'),
      name: z.string(),
      email: z.string(),
      tenant: z.string().nullable(),
      side: z.enum(SIDES),
      roles: z.array(z.string()),
    }),
  }),
);
export type Session = z.infer<typeof sessionSchema>;

const ownSessionSchema = named(
  'OwnSession',
  'A browser or command line in which the caller is signed in.',
  z.object({
    ...sessionMembers,
    lastUsedAt: instant(),
    current: z.boolean().describe('Whether it is the session of this call.'),
  }),
);
export type OwnSession = z.infer<typeof ownSessionSchema>;

const strengthenSchema = named(
  'SessionPasskey',
  'A passkey’s signature, which makes the session a stronger one.',
  z.strictObject({ countersignature: signatureSchema }),
);
export type SessionPasskey = z.infer<typeof strengthenSchema>;

const ownSessionPageSchema = pageOf('OwnSessionPage', ownSessionSchema);

export const sessionEndpoints = {
  current: endpoint({
    route: 'GET /api/v1/session',
    callers: { people: 'self.read' },
    summary: 'Read who is signed in here, how, and until when',
    description: 'The person, the strength of the sign-in, and when it ends.',
    answer: { status: 200, description: 'The session of this call.', schema: sessionSchema },
  }),
  signOut: endpoint({
    route: 'DELETE /api/v1/session',
    callers: { people: 'session.end' },
    summary: 'Sign out',
    description: 'Ends the session of this call, its streams and the command lines that it allowed.',
    answer: { status: 204, description: 'Signed out.' },
    errors: ['not_found'],
  }),
  strengthenOptions: endpoint({
    route: 'POST /api/v1/session/passkey/options',
    callers: { people: 'session.strengthen' },
    summary: 'Begin to strengthen one’s session with a passkey',
    description: 'After a sign-in with a mailed code. What is offered counts once, within five minutes.',
    answer: {
      status: 200,
      description: 'What to sign, and with which passkeys.',
      schema: presenceOfferSchema,
    },
    errors: ['wrong_state'],
  }),
  strengthen: endpoint({
    route: 'POST /api/v1/session/passkey',
    callers: { people: 'session.strengthen' },
    summary: 'Strengthen one’s session with a passkey',
    description:
      'The session is replaced by one with the assurance `passkey`, which may do what one of a provider may.',
    body: { schema: strengthenSchema },
    answer: { status: 200, description: 'The new session.', schema: sessionSchema },
    errors: ['wrong_state'],
  }),
  list: endpoint({
    route: 'GET /api/v1/sessions',
    callers: { people: 'self.read' },
    summary: 'List one’s own sessions',
    description: 'The newest first; the one of this call is marked.',
    answer: {
      status: 200,
      description: 'All active ones, newest first; `next` is null.',
      schema: ownSessionPageSchema,
    },
  }),
  end: endpoint({
    route: 'DELETE /api/v1/sessions/{id}',
    callers: { people: 'session.end' },
    summary: 'End one of one’s own sessions',
    description: 'It is refused from now on, and browsers that were opened with its grants end with it.',
    answer: { status: 204, description: 'It has ended; its streams end within a second.' },
    errors: ['not_found'],
  }),
};
