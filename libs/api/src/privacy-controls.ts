import {
  CHANNELS,
  CONTROL_MODES,
  isAction,
  isCalendarDay,
  isInstant,
  isNetwork,
  isResourcePattern,
  isTicketPattern,
  isZone,
  parseDuration,
  RISK_LEVELS,
  SUPERVISED,
  SUPERVISION_ACTIONS,
  WEEKDAYS,
} from '@countersign/contract';
import { z } from 'zod';
import {
  actionList,
  countryCode,
  employmentKind,
  entityName,
  groupList,
  groupName,
  nameText,
  positiveDuration,
  refuseRepeats,
  serviceName,
  wholeNumber,
} from './organisation-members.js';

const resourcePattern = z.string().refine(isResourcePattern, {
  error: 'must be a resource pattern such as invoices/* or payroll/**',
});

const forbidRule = z.strictObject({
  service: serviceName,
  resource: resourcePattern,
  actions: actionList.min(1, 'must name at least one action, or "*" for all'),
});

const zoneName = z.string().refine(isZone, { error: 'must be an IANA time zone such as Europe/Berlin' });

const MAX_RULES = 100;
const MOST = Number.MAX_SAFE_INTEGER;
/** The most stages of one rule. libs/access allows no more for all rules together that match a request. */
const MAX_STAGES = 3;
const MAX_APPROVALS = 20;
/** In seconds. A longer delay would be a prohibition that no one could lift. */
const MAX_WIDENING_DELAY = 90 * 86_400;

const approvalStage = z.strictObject({
  name: groupName.describe(
    'What people call it, such as owner. Rules that name the same stage mean one stage.',
  ),
  groups: groupList
    .min(1, 'must name at least one group, or be left out for every approver')
    .optional()
    .describe('Approvers in one of them decide. Absent: every approver.'),
  approvals: wholeNumber(1, MAX_APPROVALS).optional().describe('Different persons; 1 if absent.'),
  escalate: z
    .strictObject({
      after: positiveDuration,
      to: groupList.min(1, 'must name at least one group'),
    })
    .optional()
    .describe('Approvers in the groups `to` may decide too once the stage has waited so long.'),
});

const listOfAtLeastOne = <Schema extends z.ZodType<string>>(member: Schema, what: string) =>
  z.array(member).min(1, `must name at least one ${what}, or be left out for all`).superRefine(refuseRepeats);

const day = z
  .string()
  .refine(isCalendarDay, { error: 'must be a day such as 2026-12-24' })
  .meta({ format: 'date' });

const timeOfDay = (pattern: RegExp) =>
  z.string().regex(pattern, { error: 'must be a time of day such as 08:00', abort: true });

/** Days and times of day by the clock on the wall. `to` is later on the same day; `24:00` is the end of the day. */
const clockHours = {
  days: z
    .array(z.enum(WEEKDAYS, { error: `must be one of ${WEEKDAYS.join(', ')}` }))
    .min(1, 'must name at least one day')
    .superRefine(refuseRepeats),
  from: timeOfDay(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/),
  to: timeOfDay(/^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/),
};

function refuseBackwards<T extends { from: string; to: string }>(
  { from, to }: T,
  context: z.RefinementCtx<T>,
): void {
  if (from >= to)
    context.addIssue({ code: 'custom', path: ['to'], message: 'must be later on the same day than from' });
}

const localHours = z.strictObject(clockHours).superRefine(refuseBackwards);
/** The same hours, in a time zone that they name. */
export const zonedHours = z.strictObject({ ...clockHours, zone: zoneName }).superRefine(refuseBackwards);

const instant = z.string().refine(isInstant, { error: 'must be an instant such as 2026-12-24T18:00:00Z' });
const blackout = z.strictObject({ from: instant, to: instant }).superRefine(({ from, to }, context) => {
  if (Date.parse(from) >= Date.parse(to))
    context.addIssue({ code: 'custom', path: ['to'], message: 'must be later than from' });
});

const budget = z
  .strictObject({ calls: wholeNumber(1, MOST).optional(), bytes: wholeNumber(1, MOST).optional() })
  .refine(({ calls, bytes }) => calls !== undefined || bytes !== undefined, {
    error: 'must name calls, bytes, or both',
  });

const controlRule = z.strictObject({
  services: listOfAtLeastOne(serviceName, 'service').optional(),
  resources: listOfAtLeastOne(resourcePattern, 'resource').optional(),
  actions: actionList.min(1, 'must name at least one action, or be left out for all').optional(),
  risks: listOfAtLeastOne(
    z.enum(RISK_LEVELS, { error: `must be one of ${RISK_LEVELS.join(', ')}` }),
    'risk',
  ).optional(),
  reasons: listOfAtLeastOne(groupName, 'reason code').optional(),
  approvals: wholeNumber(1, MAX_APPROVALS).optional(),
  stages: z
    .array(approvalStage)
    .min(1, 'must name at least one stage')
    .max(MAX_STAGES, `must be at most ${MAX_STAGES} stages`)
    .optional()
    .describe('In this order, each by different persons.'),
  maxDuration: positiveDuration.optional(),
  mode: z
    .enum(CONTROL_MODES, { error: `must be one of ${CONTROL_MODES.join(', ')}` })
    .optional()
    .describe(
      '`observe`: these services need no approval, unless the risk is high or another rule requires one. `each-access`: each approval is for one call. Absent: each approval is for one case.',
    ),
  reasonCodes: listOfAtLeastOne(groupName, 'reason code')
    .optional()
    .describe('A request must state one of these.'),
  ticket: z
    .strictObject({
      patterns: z
        .array(
          z.string().refine(isTicketPattern, {
            error:
              'must be a pattern such as CASE-####: # a digit, ? a letter or digit, * one or more of both',
          }),
        )
        .min(1, 'must name at least one pattern')
        .max(10, 'must be at most 10 patterns'),
      text: nameText.optional().describe('What a requester reads who names no such ticket.'),
    })
    .optional(),
  justification: z
    .strictObject({
      least: wholeNumber(1, 1_000).describe('Letters and digits.'),
      text: nameText.optional().describe('What a requester reads whose reason is shorter.'),
    })
    .optional(),
  requesters: z
    .strictObject({
      countries: listOfAtLeastOne(countryCode, 'country').optional(),
      entities: listOfAtLeastOne(entityName, 'legal entity').optional(),
      employment: listOfAtLeastOne(employmentKind, 'kind of employment').optional(),
      verifiedOnly: z
        .literal(true, { error: 'must be true, or be left out' })
        .optional()
        .describe('What the vendor’s identity provider has not said does not count.'),
    })
    .refine(
      ({ countries, entities, employment }) =>
        countries !== undefined || entities !== undefined || employment !== undefined,
      { error: 'must name countries, entities or employment' },
    )
    .optional()
    .describe('Only engineers of these places and employers. What is not known is refused.'),
  hours: z
    .array(localHours)
    .min(1, 'must have at least one entry, or be left out')
    .max(20, 'must be at most 20 entries')
    .optional()
    .describe('Access begins, and tokens are minted, in one of these only; in the zone of the controls.'),
  quietDays: z.array(day).max(400, 'must be at most 400 days').optional(),
  blackouts: z.array(blackout).max(100, 'must be at most 100 entries').optional(),
  channels: z
    .array(z.enum(CHANNELS, { error: `must be one of ${CHANNELS.join(', ')}` }))
    .min(1, 'must name at least one channel')
    .superRefine(refuseRepeats)
    .optional()
    .describe('Of those that the risk allows.'),
  maxBudget: budget.optional().describe('A request without a budget is larger.'),
  defaultBudget: budget.optional().describe('What a request gets that asks for no budget.'),
});

const deputy = z
  .strictObject({
    for: groupName.describe('The group that is away.'),
    by: groupName.describe('The group whose approvers may decide in its place.'),
    from: day,
    to: day.describe('The last day.'),
  })
  .superRefine(({ from, to }, context) => {
    if (from > to) context.addIssue({ code: 'custom', path: ['to'], message: 'must not be before from' });
  });

const MAX_WINDOW_SECONDS = 31 * 86_400;

/** A rule about what one engineer does in one tenant while access is open. */
const supervisionMembers = z.strictObject({
  name: groupName.describe('What people call it, such as bulk-read. Unique in its list.'),
  services: listOfAtLeastOne(serviceName, 'service').optional(),
  resources: listOfAtLeastOne(resourcePattern, 'resource').optional(),
  actions: listOfAtLeastOne(
    z.string().refine(isAction, { error: 'must be a word such as read; leave actions out for all' }),
    'action',
  ).optional(),
  count: z
    .enum(SUPERVISED, { error: `must be one of ${SUPERVISED.join(', ')}` })
    .optional()
    .describe(
      '`calls`: allowed calls. `new-resources`: resources that this engineer uses for the first time in this tenant. `other-country`: tokens that are fetched from another country than the terms state; `unknown-country`: from an address that no list of `places` names, or if the terms state no country. Absent: calls.',
    ),
  over: wholeNumber(0, 1_000_000_000).describe('One more than this crosses the rule.'),
  within: positiveDuration
    .refine((value) => (parseDuration(value) ?? 0) <= MAX_WINDOW_SECONDS, 'must be at most P31D')
    .describe('The time in which it counts.'),
  do: z
    .enum(SUPERVISION_ACTIONS, { error: `must be one of ${SUPERVISION_ACTIONS.join(', ')}` })
    .describe(
      '`notify`: people are notified. `pause`: the grant stands still until the side whose rule it is lets it go on. `stop`: the grant ends.',
    ),
});

const supervisionRule = supervisionMembers.superRefine(({ count, resources, actions }, context) => {
  const countsTokens = count === 'other-country' || count === 'unknown-country';
  if (!countsTokens) return;
  for (const [name, value] of Object.entries({ resources, actions }))
    if (value !== undefined)
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `must be left out with count: ${count}: a token is for all of its grant`,
      });
});

const place = z.strictObject({
  country: countryCode,
  networks: z
    .array(
      z.string().refine(isNetwork, { error: 'must be a network such as 203.0.113.0/24 or 2001:db8::/32' }),
    )
    .min(1, 'must name at least one network')
    .max(1_000, 'must be at most 1,000 networks')
    .superRefine(refuseRepeats),
});

/** Networks by country. */
export const placeList = z
  .array(place)
  .max(250, 'must be at most 250 places')
  .describe(
    'Networks of a country, in CIDR notation. Addresses that no list names are of an unknown country.',
  );

/** Rules of supervision, the customer's or the vendor's. */
export const supervisionRules = z
  .array(supervisionRule)
  .max(20, 'must be at most 20 rules')
  .superRefine((rules, context) => {
    for (const [index, { name }] of rules.entries())
      if (rules.findIndex((rule) => rule.name === name) < index)
        context.addIssue({ code: 'custom', path: [index, 'name'], message: `repeats "${name}"` });
  });

/** Access without the customer's approval, in an emergency. What is not listed is forbidden. */
const emergencyControls = z.strictObject({
  allow: z
    .array(
      z.strictObject({
        services: z
          .array(serviceName)
          .min(1, 'must name at least one service')
          .superRefine(refuseRepeats)
          .describe('Services that may be reached.'),
        actions: z
          .array(
            z.string().refine(isAction, { error: 'must be a word such as read; `*` is not accepted here' }),
          )
          .min(1, 'must name at least one action')
          .superRefine(refuseRepeats),
        maxDuration: positiveDuration.describe('The longest window of one emergency.'),
      }),
    )
    .max(20, 'must have at most 20 entries')
    .describe('Services and actions for which the vendor may open an emergency.'),
  disclosureDue: positiveDuration
    .optional()
    .describe('The vendor explains each emergency within this time of its start. Default: PT24H.'),
});

/** Whether the approvers practise, and when. */
const practiceControls = z.strictObject({
  quarterly: z.boolean().describe('Once a quarter each approver gets a practice request.'),
  hours: z
    .array(localHours)
    .min(1, 'must have at least one entry')
    .max(14, 'must be at most 14 entries')
    .optional()
    .describe('A practice begins in one of these. Absent: Monday to Friday, 09:00 to 17:00.'),
});

/** What a change that widens the controls waits for. */
const wideningControls = z
  .strictObject({
    delay: positiveDuration
      .refine((value) => (parseDuration(value) ?? 0) <= MAX_WIDENING_DELAY, {
        error: 'must be at most 90 days',
      })
      .optional()
      .describe('A widening takes effect so long after it was proposed. Absent: no delay.'),
    secondAdmin: z.boolean().optional().describe('An admin who did not propose it confirms it.'),
  })
  .refine(({ delay, secondAdmin }) => delay !== undefined || secondAdmin === true, {
    error: 'must have a delay, secondAdmin: true, or both',
  });

/** A tenant's privacy controls; a member that is left out has its default. */
export const privacyControlsInput = z.strictObject({
  approvals: wholeNumber(0, 20).optional(),
  maxDuration: positiveDuration.optional(),
  countersign: actionList.optional(),
  slackMayApprove: actionList.optional(),
  forbid: z.array(forbidRule).optional(),
  requireGateway: z
    .boolean()
    .optional()
    .describe(
      'Only calls that a gateway forwards itself are accepted. A proxy or a service that asks a gateway gets 403 gateway_required.',
    ),
  keepMasked: z
    .boolean()
    .optional()
    .describe('No grant shows the fields that routes mask: requests with `unmasked` are refused.'),
  zone: zoneName.optional().describe('The zone of all days and times of day. Absent: UTC.'),
  rules: z
    .array(controlRule)
    .max(MAX_RULES, `must be at most ${MAX_RULES} rules`)
    .optional()
    .describe('All rules that match a request apply together; the strictest value wins.'),
  deputies: z.array(deputy).max(MAX_RULES, `must be at most ${MAX_RULES} deputies`).optional(),
  unnotified: groupList
    .optional()
    .describe('Groups whose members may approve and are not notified that a request waits.'),
  emergency: emergencyControls.optional(),
  supervision: supervisionRules
    .optional()
    .describe('What is watched while access is open, and what happens then.'),
  practice: practiceControls
    .optional()
    .describe('Absent: the approvers practise each quarter once the tenant is claimed.'),
  places: placeList.optional(),
  widening: wideningControls
    .optional()
    .describe('What a change that widens the controls waits for. A narrowing is immediate.'),
});
