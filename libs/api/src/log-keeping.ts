import { DAILY_STATEMENTS, ERASURE_DAYS, RETENTION_DAYS, SIDES } from '@countersign/contract';
import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';
import { instant, requiredReason } from './members.js';

/** How a tenant's log is kept: erasure of personal values, legal holds, and settings. */

const erasureBodySchema = named(
  'ErasureBody',
  'The values to erase from one leaf of a log.',
  z.strictObject({
    leaf: z.int().min(0).describe('Index of the leaf in the tenant’s log.'),
    fields: z
      .array(z.string().min(1).max(64))
      .min(1)
      .max(16)
      .refine((fields) => new Set(fields).size === fields.length, 'Each name once')
      .describe('Names of its commitments, such as `justification` or `path`.'),
  }),
);
export type ErasureBody = z.infer<typeof erasureBodySchema>;

const erasureSchema = named(
  'Erasure',
  'What was erased, and the leaf that says so.',
  z.object({
    leaf: z.int(),
    fields: z.array(z.string()),
    event: z.int().describe('Index of the leaf `opening.erased`.'),
    by: z.string().describe('The tenant’s admin who did it.'),
    at: instant(),
  }),
);
export type Erasure = z.infer<typeof erasureSchema>;

const legalHoldSchema = named(
  'LegalHold',
  'A hold that keeps a log from being erased or pruned.',
  z.object({
    side: z.enum(SIDES).describe('Who set it, and alone can lift it.'),
    person: z.string(),
    setAt: instant(),
  }),
);
export type LegalHold = z.infer<typeof legalHoldSchema>;

const legalHoldBodySchema = named(
  'LegalHoldBody',
  'Why a log must be kept.',
  z.strictObject({ reason: requiredReason.describe('Stands in the tenant’s log, as a commitment.') }),
);
export type LegalHoldBody = z.infer<typeof legalHoldBodySchema>;

const settings = {
  erasureAfterDays: z
    .int()
    .min(ERASURE_DAYS.least)
    .max(ERASURE_DAYS.most)
    .describe('How many days old a leaf must be before its values can be erased.'),
  retentionDays: z
    .int()
    .min(RETENTION_DAYS.least)
    .max(RETENTION_DAYS.most)
    .nullable()
    .describe('After how many days leaves are pruned, with the values behind them; null: never.'),
  dailyStatement: z
    .enum(DAILY_STATEMENTS)
    .describe(
      'A signed statement of each UTC day’s accesses. `webhook` notifies programs, `mail` also the tenant’s admins and auditors.',
    ),
};

const logSettingsBodySchema = named(
  'LogSettingsBody',
  'How long a tenant’s log keeps its values.',
  z.strictObject(settings),
);
export type LogSettingsBody = z.infer<typeof logSettingsBodySchema>;

const logSettingsSchema = named(
  'LogSettings',
  'How a tenant’s log is kept, and who holds it.',
  z.object({
    ...settings,
    holds: z.array(legalHoldSchema).describe('Legal holds, at most one of each side.'),
  }),
);
export type LogSettings = z.infer<typeof logSettingsSchema>;

export const logKeepingEndpoints = {
  readSettings: endpoint({
    route: 'GET /api/v1/tenants/{slug}/log-settings',
    callers: { people: 'log-settings.read' },
    summary: 'Read how a tenant’s log is kept',
    description: 'For both sides.',
    answer: { status: 200, description: 'The settings and legal holds.', schema: logSettingsSchema },
    errors: ['not_found'],
  }),
  writeSettings: endpoint({
    route: 'PUT /api/v1/tenants/{slug}/log-settings',
    callers: { people: 'log-settings.write' },
    summary: 'Change how a tenant’s log is kept',
    description:
      'Replaces all settings. For the tenant’s admins, but not in a session that was opened with a mailed code.',
    body: { schema: logSettingsBodySchema },
    answer: { status: 200, description: 'The settings after the change.', schema: logSettingsSchema },
    errors: ['not_found'],
  }),
  setHold: endpoint({
    route: 'POST /api/v1/tenants/{slug}/legal-hold',
    callers: { people: 'log.hold' },
    summary: 'Set a legal hold',
    description:
      'Nothing in the tenant’s log is erased or pruned until the side that set the hold lifts it. For the tenant’s admins and the vendor’s `legal`. `wrong_state` if this side has already set one.',
    body: { schema: legalHoldBodySchema },
    answer: { status: 201, description: 'The hold.', schema: legalHoldSchema },
    errors: ['not_found', 'wrong_state'],
  }),
  liftHold: endpoint({
    route: 'DELETE /api/v1/tenants/{slug}/legal-hold',
    callers: { people: 'log.hold' },
    summary: 'Lift the legal hold of one’s own side',
    description: 'The hold of the other side stays.',
    answer: { status: 204, description: 'Lifted. The other side’s hold stays.' },
    errors: ['not_found'],
  }),
  erase: endpoint({
    route: 'POST /api/v1/tenants/{slug}/erasures',
    callers: { people: 'log.erase' },
    summary: 'Erase personal values of a leaf',
    description:
      'GDPR Art. 17. The values and their salts are deleted wherever the broker keeps them; the leaf, its commitments and every proof stay, and an event names leaf, fields and authority. For the tenant’s admins. `too_recent` before `erasureAfterDays`, `legal_hold` under a hold, `wrong_state` while rules still read the value or if it is erased already, `not_erasable` for what is in force or not this tenant’s.',
    body: { schema: erasureBodySchema },
    answer: { status: 201, description: 'What was erased.', schema: erasureSchema },
    errors: ['not_found', 'pruned', 'wrong_state', 'too_recent', 'legal_hold', 'not_erasable'],
  }),
};
