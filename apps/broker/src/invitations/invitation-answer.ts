import { INVITATION_STATES, type InvitationView } from '@countersign/access';
import { formatDuration, invitationSchema, signatureSchema } from '@countersign/contract';
import { z } from 'zod';
import { component, digestText, idText, instant, pageOf } from '../openapi/components.js';

export const invitationShape = component(
  'Invitation',
  z.object({
    id: idText('inv', 'The invitation.'),
    tenant: z.string(),
    service: z.string(),
    scope: z.array(z.object({ resource: z.string(), actions: z.array(z.string()) })),
    notBefore: instant(),
    until: instant().describe('The whole of each grant lies before it.'),
    ticket: z.string().nullable().describe('Null where it names none, or where the text was erased.'),
    maxDuration: z.string().describe('The longest that one grant may last, ISO 8601.'),
    budget: z
      .object({ calls: z.int().optional(), bytes: z.int().optional() })
      .nullable()
      .describe('The most that each grant may use.'),
    uses: z.int().nullable().describe('How many grants it may open; null: any number.'),
    used: z.int().describe('How many it has opened; a use is never given back.'),
    state: z.enum(INVITATION_STATES),
    person: idText('usr', 'The approver whose it is.'),
    createdAt: instant(),
    endedAt: instant().nullable(),
    hash: digestText().describe(
      'SHA-256 of the canonical statement: `invitation` in the terms that lean on it.',
    ),
    statement: invitationSchema,
    countersignature: signatureSchema
      .nullable()
      .describe('Its author’s passkey’s; null: it is on the vendor’s word.'),
    openings: z
      .record(z.string(), z.object({ value: z.string(), salt: z.string() }))
      .describe('What opens the commitments in the statement.'),
  }),
);

export const invitationPage = pageOf('InvitationPage', invitationShape);

export function invitationAnswer({ invitation, ticket }: InvitationView): z.infer<typeof invitationShape> {
  const { statement } = invitation;
  const { budget = null, uses = null } = statement;
  return {
    id: invitation.id,
    tenant: invitation.tenant,
    service: invitation.service,
    scope: statement.scope,
    notBefore: statement.notBefore,
    until: statement.notAfter,
    ticket: ticket?.value ?? null,
    maxDuration: formatDuration(statement.maxSeconds),
    budget,
    uses,
    used: invitation.used,
    state: invitation.state,
    person: invitation.person,
    createdAt: invitation.createdAt,
    endedAt: invitation.endedAt,
    hash: invitation.hash,
    statement,
    countersignature: invitation.countersignature,
    openings: ticket === null ? {} : { ticket },
  };
}

export const invitationToSignShape = component(
  'InvitationToSign',
  z.object({
    statement: invitationSchema.describe('Its canonical JSON’s SHA-256 is the challenge.'),
    openings: z
      .object({ ticket: z.object({ value: z.string(), salt: z.string() }).optional() })
      .describe('To be sent along with the signed invitation.'),
    maxDuration: z
      .string()
      .describe(
        'ISO 8601: what the statement’s `maxSeconds` says. To be shown before it is signed, and held against what was chosen.',
      ),
    longest: z
      .string()
      .describe('ISO 8601: the longest `maxDuration` that the policies allow; taken where none was chosen.'),
  }),
);
