import { hasRole, isVendor, may, type Session } from '../api/session.js';
import type { ShellText } from './shell.text.js';

type Label = {
  [K in keyof ShellText]: ShellText[K] extends string ? K : never;
}[keyof ShellText];

export interface NavItem {
  to: string;
  label: Label;
  /** Shows the number of requests that wait there. */
  counts?: 'inbox' | 'queue';
  /** Loaded from the broker, because its policy (Content-Security-Policy) allows more than that of other pages. */
  hasOwnPolicy?: boolean;
  /** Seldom needed: listed under “More”, so that the bar keeps to one row. */
  isRare?: boolean;
}

/** The pages that this person can open. The first is their start page. */
export function navFor(session: Session): NavItem[] {
  return isVendor(session) ? vendorNav(session) : customerNav(session);
}

function customerNav(session: Session): NavItem[] {
  const decides: NavItem[] = [{ to: '/inbox', label: 'inbox', counts: 'inbox' }];
  return [
    ...(hasRole(session, 'approver') ? decides : []),
    { to: '/access', label: 'access' },
    { to: '/history', label: 'history' },
    { to: '/activity', label: 'activity' },
    { to: '/emergencies', label: 'emergencies' },
    { to: '/invite', label: 'invite', isRare: true },
    { to: '/people', label: 'people', isRare: true },
    { to: '/controls', label: 'controls', isRare: true },
    { to: '/trust', label: 'trust', hasOwnPolicy: true },
    ...(hasRole(session, 'approver', 'admin')
      ? [{ to: '/passkeys', label: 'passkeys', isRare: true } as const]
      : []),
    { to: '/standing', label: 'standing', isRare: true },
    { to: '/access-review', label: 'accessReview', isRare: true },
    { to: '/practice', label: 'practice', isRare: true },
    ...(may(session, 'notice-address.read')
      ? [{ to: '/notice-addresses', label: 'noticeAddresses', isRare: true } as const]
      : []),
    { to: '/transparency', label: 'transparency', isRare: true },
  ];
}

function vendorNav(session: Session): NavItem[] {
  const works: NavItem[] = [
    { to: '/mine', label: 'mine' },
    { to: '/ask', label: 'ask' },
  ];
  return [
    ...(hasRole(session, 'legal')
      ? [{ to: '/demands', label: 'demands' } as const, ...works.slice(0, 1)]
      : []),
    ...(hasRole(session, 'engineer') ? works : []),
    ...(hasRole(session, 'reviewer', 'legal')
      ? [{ to: '/queue', label: 'queue', counts: 'queue' } as const]
      : []),
    ...(hasRole(session, 'security-admin') ? [{ to: '/security', label: 'security' } as const] : []),
    ...(may(session, 'incident.read') ? [{ to: '/incidents', label: 'incidents' } as const] : []),
    ...(may(session, 'disclosure.read') ? [{ to: '/emergencies', label: 'emergencies' } as const] : []),
    ...(hasRole(session, 'auditor') ? [{ to: '/demands', label: 'demands' } as const] : []),
    { to: '/history', label: 'history' },
    ...(hasRole(session, 'auditor', 'security-admin')
      ? ([
          { to: '/access', label: 'access' },
          { to: '/activity', label: 'activity' },
          { to: '/standing', label: 'standing', isRare: true },
          { to: '/organisation', label: 'organisation', isRare: true },
        ] as const)
      : []),
    { to: '/transparency', label: 'transparency', isRare: true },
  ];
}

const isCustomers = (session: Session): boolean => !isVendor(session);

/** Whom each page is for, by the first segment of its path. Everyone who is signed in may open the others. */
const PAGE_READERS: Readonly<Record<string, (session: Session) => boolean>> = {
  inbox: isCustomers,
  queue: (session) => isVendor(session) && hasRole(session, 'reviewer', 'legal'),
  mine: (session) => may(session, 'request.create'),
  ask: (session) => may(session, 'request.create'),
  access: (session) => may(session, 'grant.read'),
  activity: (session) => may(session, 'log.read'),
  proof: (session) => may(session, 'log.follow'),
  invite: isCustomers,
  people: isCustomers,
  controls: isCustomers,
  trust: isCustomers,
  claim: isCustomers,
  passkeys: isCustomers,
  'access-review': (session) => may(session, 'access-review.read'),
  'notice-addresses': (session) => may(session, 'notice-address.read'),
  practice: (session) => may(session, 'practice.read'),
  standing: (session) => may(session, 'standing.read'),
  incidents: (session) => may(session, 'incident.read'),
  emergencies: (session) => may(session, 'disclosure.read'),
  demands: (session) => may(session, 'demand.read'),
  organisation: (session) => may(session, 'organisation.read'),
  security: (session) => isVendor(session) && hasRole(session, 'security-admin'),
};

/** Whether the page at this path is for this reader. The broker authorizes every call itself. */
export function isPageFor(session: Session, pathname: string): boolean {
  const [, first = ''] = pathname.split('/');
  return Object.hasOwn(PAGE_READERS, first) ? (PAGE_READERS[first]?.(session) ?? false) : true;
}
