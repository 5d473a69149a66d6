import type { OnboardingText } from './onboarding.text.js';

/** One line of the checklist. */
export interface Step {
  id: keyof OnboardingText['steps'];
  /** Undefined while it is being read. */
  isDone: boolean | undefined;
  /** Where the reader does it: the path of a page, or `#id` of a section on the same page. */
  to: string;
}

/** What a customer's checklist is derived from. Undefined members are still being read. */
export interface CustomerFacts {
  passkeys: readonly { person: string }[] | undefined;
  recoveryKeys: readonly { person: string }[] | undefined;
  people: readonly { roles: readonly string[]; removedAt: string | null }[] | undefined;
  isClaimed: boolean | undefined;
  /** Whether this browser has verified the log with an anchor file. */
  hasAnchor: boolean;
}

const APPROVERS_NEEDED = 2;

/**
 * What an admin of a customer does once. The first two lines are needed to decide on requests; the last two let the customer
 * verify what happened.
 */
export function customerSteps(reader: string, facts: CustomerFacts): Step[] {
  const { passkeys, recoveryKeys, people, isClaimed, hasAnchor } = facts;
  const isReaders = ({ person }: { person: string }) => person === reader;
  const approvers = people?.filter(
    ({ roles, removedAt }) => removedAt === null && roles.includes('approver'),
  );
  return [
    { id: 'passkey', isDone: passkeys?.some(isReaders), to: '/passkeys' },
    {
      id: 'approver',
      isDone: approvers === undefined ? undefined : approvers.length >= APPROVERS_NEEDED,
      to: '/people',
    },
    { id: 'recovery', isDone: recoveryKeys?.some(isReaders), to: '/passkeys' },
    {
      id: isClaimed === false ? 'claim' : 'anchor',
      isDone: isClaimed === undefined ? undefined : isClaimed && hasAnchor,
      to: isClaimed === false ? '/claim' : '/proof',
    },
  ];
}

/** What a vendor's checklist is derived from. Undefined members are still being read. */
export interface VendorFacts {
  services: readonly { routes: readonly unknown[] }[] | undefined;
  gateways: readonly { state: string }[] | undefined;
  hasRequest: boolean | undefined;
}

export function vendorSteps({ services, gateways, hasRequest }: VendorFacts): Step[] {
  return [
    { id: 'service', isDone: services && services.length > 0, to: '/organisation' },
    { id: 'routes', isDone: services?.some(({ routes }) => routes.length > 0), to: '/organisation' },
    { id: 'gateway', isDone: gateways?.some(({ state }) => state === 'in_touch'), to: '#gateways' },
    { id: 'request', isDone: hasRequest, to: '/history' },
  ];
}

export const isComplete = (steps: readonly Step[]): boolean => steps.every(({ isDone }) => isDone === true);
