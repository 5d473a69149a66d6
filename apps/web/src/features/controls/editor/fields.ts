import type { PrivacyControlsDraft } from '@countersign/api';
import {
  CHANNELS,
  CONTROL_MODES,
  EMPLOYMENT_KINDS,
  isAction,
  isCalendarDay,
  isCountryCode,
  isEntityName,
  isInstant,
  isNetwork,
  isResourcePattern,
  isTicketPattern,
  isZone,
  REASON_CODES,
  RISK_LEVELS,
  SUPERVISED,
  SUPERVISION_ACTIONS,
  WEEKDAYS,
} from '@countersign/contract';
import type { Json } from './document.js';
import type { FieldText } from './fields.en.js';

/** Where the choices of a list of names come from: the organisation, or a fixed list. */
export type ChoiceSource =
  | 'services'
  | 'actions'
  | 'groups'
  | 'reasons'
  | 'employment'
  | 'risks'
  | 'channels'
  | 'days';

interface Common {
  /** Its label and hint in the catalogue. */
  text: FieldText;
  /** An empty control leaves the member out. */
  optional?: boolean;
}

/**
 * A member of the privacy controls, and the kind of control that edits it. `fresh` is what a list's new entry, or a member that
 * the reader adds, begins with.
 */
export type Field = Common &
  (
    | { kind: 'number'; least: number; most: number }
    | { kind: 'text'; most: number }
    | { kind: 'name'; from?: ChoiceSource }
    | { kind: 'flag' }
    | { kind: 'choice'; values: readonly string[] }
    | {
        kind: 'names';
        from?: ChoiceSource;
        /** Validates a name that is none of the choices; absent: only the choices can be chosen. */
        accepts?: (name: string) => boolean;
        /** `country`: codes that are shown as names of countries. */
        input?: 'text' | 'date' | 'country';
        mayBeEmpty?: boolean;
      }
    | { kind: 'duration'; unit: 'minutes' | 'hours'; most?: number }
    | { kind: 'day' | 'clock' | 'instant' | 'zone' | 'pattern' }
    | { kind: 'object'; members: Members; fresh?: Json }
    | { kind: 'items'; members: Members; least: number; most: number; fresh: Json }
  );
export type Members = Readonly<Record<string, Field>>;

type Controls = Omit<PrivacyControlsDraft, 'version'>;
type ItemOf<List> = NonNullable<List> extends readonly (infer Item)[] ? Item : never;
type MembersOf<Value> = Record<keyof NonNullable<Value>, Field>;
type Rule = ItemOf<Controls['rules']>;
type Stage = ItemOf<Rule['stages']>;

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const isName = (text: string): boolean => NAME.test(text);

const services = { text: 'services', kind: 'names', from: 'services' } as const;
const resources = { text: 'resources', kind: 'names', accepts: isResourcePattern } as const;
const actions = { text: 'actions', kind: 'names', from: 'actions', accepts: isAction } as const;
const groups = { kind: 'names', from: 'groups', accepts: isName } as const;
const budget = {
  calls: { text: 'calls', kind: 'number', least: 1, most: Number.MAX_SAFE_INTEGER, optional: true },
  bytes: { text: 'bytes', kind: 'number', least: 1, most: Number.MAX_SAFE_INTEGER, optional: true },
} as const satisfies MembersOf<Rule['maxBudget']>;

const STAGE = {
  name: { text: 'stageName', kind: 'name' },
  approvals: { text: 'stageApprovals', kind: 'number', least: 1, most: 20, optional: true },
  groups: { text: 'stageGroups', ...groups, optional: true },
  escalate: {
    text: 'escalate',
    kind: 'object',
    optional: true,
    fresh: { after: 'PT2H', to: [] },
    members: {
      after: { text: 'escalateAfter', kind: 'duration', unit: 'hours' },
      to: { text: 'escalateTo', ...groups },
    } satisfies MembersOf<Stage['escalate']>,
  },
} as const satisfies MembersOf<Stage>;

const WORKING_HOURS = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' };

const HOURS = {
  days: { text: 'days', kind: 'names', from: 'days' },
  from: { text: 'clockFrom', kind: 'clock' },
  to: { text: 'clockTo', kind: 'clock' },
} as const satisfies MembersOf<ItemOf<Rule['hours']>>;

/** A member of a rule: a condition, or a requirement. `begin` is its value when the reader adds it. */
export type RuleField = Field & { part: 'when' | 'then'; begin: Json };

const when = <const F extends Field>(field: F, begin: Json) =>
  ({ ...field, optional: true, part: 'when', begin }) as const;
const then = <const F extends Field>(field: F, begin: Json) =>
  ({ ...field, optional: true, part: 'then', begin }) as const;

/** Every member of a rule. A new member of the schema needs its line here, and its words in `fields.en.ts` and `fields.de.ts`. */
export const RULE = {
  services: when(services, []),
  resources: when(resources, []),
  actions: when(actions, []),
  risks: when({ text: 'risks', kind: 'names', from: 'risks' }, ['high']),
  reasons: when({ text: 'reasons', kind: 'names', from: 'reasons', accepts: isName }, []),
  approvals: then({ text: 'approvals', kind: 'number', least: 1, most: 20 }, 2),
  stages: then(
    { text: 'stages', kind: 'items', members: STAGE, least: 1, most: 3, fresh: { name: '', approvals: 1 } },
    [{ name: 'owner', approvals: 1 }],
  ),
  maxDuration: then({ text: 'ruleDuration', kind: 'duration', unit: 'minutes' }, 'PT30M'),
  mode: then({ text: 'mode', kind: 'choice', values: CONTROL_MODES }, 'each-access'),
  reasonCodes: then({ text: 'reasonCodes', kind: 'names', from: 'reasons', accepts: isName }, [
    'support-case',
    'incident',
  ]),
  ticket: then(
    {
      text: 'ticket',
      kind: 'object',
      members: {
        patterns: { text: 'patterns', kind: 'names', accepts: isTicketPattern },
        text: { text: 'ownWords', kind: 'text', most: 200, optional: true },
      } satisfies MembersOf<Rule['ticket']>,
    },
    { patterns: ['CASE-####'] },
  ),
  justification: then(
    {
      text: 'justification',
      kind: 'object',
      members: {
        least: { text: 'leastLetters', kind: 'number', least: 1, most: 1_000 },
        text: { text: 'ownWords', kind: 'text', most: 200, optional: true },
      } satisfies MembersOf<Rule['justification']>,
    },
    { least: 20 },
  ),
  requesters: then(
    {
      text: 'requesters',
      kind: 'object',
      members: {
        countries: {
          text: 'countries',
          kind: 'names',
          accepts: isCountryCode,
          input: 'country',
          optional: true,
        },
        entities: { text: 'entities', kind: 'names', accepts: isEntityName, optional: true },
        employment: { text: 'employment', kind: 'names', from: 'employment', optional: true },
        verifiedOnly: { text: 'verifiedOnly', kind: 'flag', optional: true },
      } satisfies MembersOf<Rule['requesters']>,
    },
    { employment: ['employee'] },
  ),
  hours: then(
    {
      text: 'hours',
      kind: 'items',
      least: 1,
      most: 20,
      fresh: WORKING_HOURS,
      members: HOURS,
    },
    [WORKING_HOURS],
  ),
  quietDays: then(
    { text: 'quietDays', kind: 'names', accepts: isCalendarDay, input: 'date', mayBeEmpty: true },
    [],
  ),
  blackouts: then(
    {
      text: 'blackouts',
      kind: 'items',
      least: 0,
      most: 100,
      fresh: { from: '', to: '' },
      members: {
        from: { text: 'instantFrom', kind: 'instant' },
        to: { text: 'instantTo', kind: 'instant' },
      } satisfies MembersOf<ItemOf<Rule['blackouts']>>,
    },
    [{ from: '', to: '' }],
  ),
  channels: then({ text: 'channels', kind: 'names', from: 'channels' }, ['web']),
  maxBudget: then({ text: 'maxBudget', kind: 'object', members: budget }, { calls: 100 }),
  defaultBudget: then({ text: 'defaultBudget', kind: 'object', members: budget }, { calls: 100 }),
} as const satisfies Record<keyof Rule, RuleField>;

const SUPERVISION = {
  name: { text: 'supervisionName', kind: 'name' },
  count: { text: 'count', kind: 'choice', values: SUPERVISED, optional: true },
  over: { text: 'over', kind: 'number', least: 0, most: 1_000_000_000 },
  within: { text: 'within', kind: 'duration', unit: 'minutes', most: 31 * 86_400 },
  do: { text: 'do', kind: 'choice', values: SUPERVISION_ACTIONS },
  services: { ...services, optional: true },
  resources: { ...resources, optional: true },
  actions: { ...actions, optional: true },
} as const satisfies MembersOf<ItemOf<Controls['supervision']>>;

/** Every member of the privacy controls. */
export const CONTROLS = {
  approvals: { text: 'approvals', kind: 'number', least: 1, most: 20 },
  maxDuration: { text: 'maxDuration', kind: 'duration', unit: 'minutes', optional: true },
  zone: { text: 'zone', kind: 'zone', optional: true },
  countersign: { text: 'countersign', kind: 'names', from: 'actions', accepts: isAction, mayBeEmpty: true },
  slackMayApprove: {
    text: 'slackMayApprove',
    kind: 'names',
    from: 'actions',
    accepts: isAction,
    mayBeEmpty: true,
  },
  forbid: {
    text: 'forbid',
    kind: 'items',
    least: 0,
    most: 1_000,
    fresh: { service: '', resource: '', actions: ['*'] },
    members: {
      service: { text: 'service', kind: 'name', from: 'services' },
      resource: { text: 'resource', kind: 'pattern' },
      actions: {
        text: 'forbiddenActions',
        kind: 'names',
        from: 'actions',
        accepts: (name) => name === '*' || isAction(name),
      },
    } satisfies MembersOf<ItemOf<Controls['forbid']>>,
  },
  requireGateway: { text: 'requireGateway', kind: 'flag', optional: true },
  keepMasked: { text: 'keepMasked', kind: 'flag', optional: true },
  rules: { text: 'rules', kind: 'items', members: RULE, least: 0, most: 100, fresh: { approvals: 2 } },
  deputies: {
    text: 'deputies',
    kind: 'items',
    least: 0,
    most: 100,
    fresh: { for: '', by: '', from: '', to: '' },
    members: {
      for: { text: 'deputyFor', kind: 'name', from: 'groups' },
      by: { text: 'deputyBy', kind: 'name', from: 'groups' },
      from: { text: 'dayFrom', kind: 'day' },
      to: { text: 'dayTo', kind: 'day' },
    } satisfies MembersOf<ItemOf<Controls['deputies']>>,
  },
  unnotified: { text: 'unnotified', ...groups, mayBeEmpty: true },
  supervision: {
    text: 'supervision',
    kind: 'items',
    members: SUPERVISION,
    least: 0,
    most: 20,
    fresh: { name: 'bulk-read', over: 100, within: 'PT5M', do: 'pause' },
  },
  places: {
    text: 'places',
    kind: 'items',
    least: 0,
    most: 250,
    fresh: { country: '', networks: [] },
    members: {
      country: { text: 'placeCountry', kind: 'text', most: 2 },
      networks: { text: 'networks', kind: 'names', accepts: isNetwork },
    } satisfies MembersOf<ItemOf<Controls['places']>>,
  },
  emergency: {
    text: 'emergency',
    kind: 'object',
    optional: true,
    members: {
      allow: {
        text: 'emergencyAllow',
        kind: 'items',
        least: 0,
        most: 20,
        fresh: { services: [], actions: [], maxDuration: 'PT30M' },
        members: {
          services,
          actions,
          maxDuration: { text: 'emergencyLongest', kind: 'duration', unit: 'minutes' },
        },
      },
      disclosureDue: { text: 'emergencyDue', kind: 'duration', unit: 'hours', optional: true },
    } satisfies MembersOf<Controls['emergency']>,
  },
  practice: {
    text: 'practice',
    kind: 'object',
    optional: true,
    fresh: { quarterly: true },
    members: {
      quarterly: { text: 'quarterly', kind: 'flag' },
      hours: {
        text: 'hours',
        kind: 'items',
        members: HOURS,
        least: 1,
        most: 14,
        fresh: WORKING_HOURS,
        optional: true,
      },
    } satisfies MembersOf<Controls['practice']>,
  },
  widening: {
    text: 'widening',
    kind: 'object',
    optional: true,
    members: {
      delay: { text: 'wideningDelay', kind: 'duration', unit: 'hours', most: 90 * 86_400, optional: true },
      secondAdmin: { text: 'secondAdmin', kind: 'flag', optional: true },
    } satisfies MembersOf<Controls['widening']>,
  },
} as const satisfies Record<keyof Controls, Field>;

/** Whether a text is complete and valid for a control of this kind. */
export const VALID: Readonly<
  Record<'day' | 'clock' | 'instant' | 'zone' | 'pattern' | 'name', (text: string) => boolean>
> = {
  day: isCalendarDay,
  clock: (text) => /^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/.test(text),
  instant: isInstant,
  zone: isZone,
  pattern: isResourcePattern,
  name: isName,
};

/** The choices that no organisation changes. */
export const FIXED_CHOICES = {
  risks: RISK_LEVELS,
  channels: CHANNELS,
  days: [...WEEKDAYS],
  employment: [...EMPLOYMENT_KINDS],
  reasons: REASON_CODES,
} as const satisfies Partial<Record<ChoiceSource, readonly string[]>>;
