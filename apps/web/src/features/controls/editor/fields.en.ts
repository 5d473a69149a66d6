import type { FaultCode } from './codecs.js';

interface Words {
  label: string;
  hint?: string;
}

/** Label and hint of each control. A field of the registry names its entry here. */
export const fieldsEn = {
  approvals: { label: 'Approvals that a request needs', hint: 'Each by a different person.' },
  maxDuration: {
    label: 'Longest access, in minutes',
    hint: 'If you leave it empty, the vendor’s limit applies.',
  },
  ruleDuration: { label: 'Longest access, in minutes' },
  zone: { label: 'Time zone', hint: 'For all days and times of day, such as Europe/Berlin. Empty: UTC.' },
  countersign: { label: 'Only with a passkey' },
  slackMayApprove: { label: 'May also be approved in Slack' },
  forbid: { label: 'Never' },
  service: { label: 'Data service' },
  resource: { label: 'Resource', hint: 'Such as payroll/** for payroll and everything in it.' },
  forbiddenActions: { label: 'Forbidden actions', hint: '* means every action.' },
  rules: { label: 'Rules for some requests' },
  services: { label: 'Data services' },
  resources: { label: 'Resources', hint: 'Patterns such as invoices/* or payroll/**.' },
  actions: { label: 'Actions' },
  risks: { label: 'How it is approved' },
  reasons: { label: 'Stated reason' },
  stages: { label: 'Stages, in this order' },
  stageName: { label: 'Name of the stage', hint: 'Lower-case letters, digits and hyphens, such as owner.' },
  stageGroups: { label: 'Who decides', hint: 'Groups of your approvers. None: every approver.' },
  stageApprovals: { label: 'How many of them', hint: 'Different persons. Empty: one.' },
  escalate: { label: 'Others may decide too if it takes long' },
  escalateAfter: { label: 'After how many hours' },
  escalateTo: { label: 'Then these groups may decide too' },
  mode: { label: 'How far one approval reaches' },
  reasonCodes: { label: 'Reasons that may be stated', hint: 'A request has to state one of them.' },
  ticket: { label: 'Ticket' },
  patterns: {
    label: 'Accepted patterns',
    hint: '# is a digit, ? a letter or digit, * one or more of both: CASE-####.',
  },
  ownWords: { label: 'Your message to a requester who does not comply' },
  justification: { label: 'Written reason' },
  leastLetters: { label: 'Smallest number of letters and digits' },
  requesters: {
    label: 'Who may ask',
    hint: 'If a fact about an engineer is not known, the request is refused.',
  },
  countries: { label: 'Countries', hint: 'Two capital letters, such as DE.' },
  entities: { label: 'Legal entities' },
  employment: { label: 'Employment' },
  verifiedOnly: { label: 'Only what the vendor’s identity provider has said counts' },
  practice: { label: 'Practice requests' },
  quarterly: { label: 'Our approvers practise once a quarter' },
  hours: { label: 'Hours' },
  days: { label: 'Days' },
  clockFrom: { label: 'From', hint: 'Such as 08:00.' },
  clockTo: { label: 'To', hint: '24:00 is the end of the day.' },
  quietDays: { label: 'Quiet days' },
  blackouts: { label: 'Blackouts' },
  instantFrom: { label: 'From' },
  instantTo: { label: 'To' },
  channels: { label: 'How it may be approved' },
  maxBudget: { label: 'Largest budget' },
  defaultBudget: { label: 'Budget of a request that names none' },
  calls: { label: 'Calls' },
  bytes: { label: 'Bytes' },
  requireGateway: { label: 'Only through the gateway itself' },
  keepMasked: {
    label: 'Hidden fields stay hidden',
    hint: 'No one can request that the fields which the vendor’s services hide are shown in full.',
  },
  deputies: { label: 'Deputies' },
  deputyFor: { label: 'For the group' },
  deputyBy: { label: 'Decides in its place' },
  dayFrom: { label: 'First day' },
  dayTo: { label: 'Last day' },
  unnotified: {
    label: 'Groups that are not notified',
    hint: 'Their members may approve, but are not notified of waiting requests.',
  },
  supervision: { label: 'Supervision while access is open' },
  supervisionName: {
    label: 'Name of the rule',
    hint: 'People read it in notices and in the log, such as bulk-read.',
  },
  count: { label: 'What is counted' },
  places: {
    label: 'Networks by country',
    hint: 'Where engineers work from, for rules about another country. An address that is in no list has an unknown country.',
  },
  placeCountry: { label: 'Country', hint: 'Its code, such as DE.' },
  networks: { label: 'Networks', hint: 'Such as 203.0.113.0/24 or 2001:db8::/32.' },
  over: { label: 'More than' },
  within: { label: 'Within how many minutes' },
  do: { label: 'What happens then' },
  emergency: { label: 'In an emergency' },
  emergencyAllow: { label: 'What the vendor may open' },
  emergencyLongest: { label: 'Longest access in an emergency, in minutes' },
  emergencyDue: { label: 'Explanation due after, in hours', hint: 'Empty: after 24 hours.' },
  widening: { label: 'When these controls are widened' },
  wideningDelay: {
    label: 'Hours until such a change takes effect',
    hint: 'If you leave it empty, there is no delay.',
  },
  secondAdmin: { label: 'A second admin has to confirm it' },
} satisfies Record<string, Words>;

/** Key of a control's label and hint. */
export type FieldText = keyof typeof fieldsEn;
/** Label and hint of every control, in one language. */
export type FieldWords = Record<FieldText, Words>;

/** The words of fixed choices, by their value. */
export const choicesEn: Record<string, string> = {
  low: 'in Slack too',
  medium: 'on the web or by the API',
  high: 'with a passkey',
  web: 'On this page',
  api: 'By programs (API)',
  slack: 'In Slack',
  'support-case': 'Support case',
  incident: 'Incident',
  maintenance: 'Maintenance',
  migration: 'Migration',
  security: 'Security',
  legal: 'Legal',
  observe: 'No approval needed, only observed',
  'each-access': 'One approval for each call',
  calls: 'Calls',
  'new-resources': 'Resources that the engineer uses for the first time',
  'other-country': 'Tokens fetched from another country than the terms state',
  'unknown-country': 'Tokens fetched from an unknown country',
  notify: 'People are notified',
  pause: 'The access is paused',
  stop: 'The access ends',
  '*': 'Every action',
};

/** The words of each fault. */
export const faultsEn: Record<FaultCode, string> = {
  missing: 'Enter or choose a value.',
  not_a_whole_number: 'Enter a whole number in the permitted range.',
  not_a_duration: 'Enter a number above zero.',
  too_long: 'This is too long.',
  not_a_day: 'Choose a day.',
  not_a_time: 'Enter a time of day such as 08:00.',
  not_an_instant: 'Choose a day and a time.',
  not_a_zone: 'Enter an IANA time zone such as Europe/Berlin.',
  not_a_pattern: 'Enter a resource pattern such as invoices/* or payroll/**.',
  not_a_name: 'Use lower-case letters, digits and hyphens, or a valid pattern.',
  not_a_choice: 'Choose one of the options.',
  choose_one: 'Choose at least one.',
  too_many: 'There are too many entries.',
  not_valid: 'The JSON has a kind of value here that this control cannot show.',
};
