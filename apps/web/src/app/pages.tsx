import { type ComponentType, lazy, useState } from 'react';
import { findRoute } from '../ui/address.js';

type Code = Promise<{ default: ComponentType }>;

export interface AppPage {
  path: string;
  /** Loads the page's code. */
  load: () => Code;
  /** The page itself if its code has been loaded, and otherwise a component that waits for the code. */
  component: () => ComponentType;
}

/** A page whose code the browser loads when it is first opened. */
function page(path: string, importCode: () => Code): AppPage {
  let loaded: ComponentType | undefined;
  const load = async () => {
    const code = await importCode();
    loaded = code.default;
    return code;
  };
  const waiting = lazy(load);
  return { path, load, component: () => loaded ?? waiting };
}

/**
 * Shows a page, at once if its code has been loaded. A lazy component would wait even then; and once React has shown the sign that
 * it waits, that sign stays for at least 300 ms.
 */
export function ShownPage({ page }: { page: AppPage }) {
  const [Shown] = useState(page.component);
  return <Shown />;
}

/** Every page by its path. The build reads this list too (first-load.ts). */
export const PAGES: readonly AppPage[] = [
  page('sign-in', () => import('../features/sign-in/sign-in-page.js')),
  page('inbox', () => import('../features/requests/inbox-page.js')),
  page('queue', () => import('../features/requests/review-queue-page.js')),
  page('requests/:id', () => import('../features/decision/decision-page.js')),
  page('access', () => import('../features/grants/access-page.js')),
  page('grants/:id', () => import('../features/grants/live-page.js')),
  page('grants/:id/receipt', () => import('../features/receipt/receipt-page.js')),
  page('history', () => import('../features/history/history-page.js')),
  page('activity', () => import('../features/activity/activity-page.js')),
  page('proof', () => import('../features/proof/proof-page.js')),
  page('invite', () => import('../features/invitations/invitations-page.js')),
  page('access-review', () => import('../features/access-review/access-review-page.js')),
  page('notice-addresses', () => import('../features/notice-addresses/notice-addresses-page.js')),
  page('practice', () => import('../features/practice/practice-page.js')),
  page('standing', () => import('../features/standing/standing-page.js')),
  page('transparency', () => import('../features/transparency/transparency-page.js')),
  page('people', () => import('../features/people/people-page.js')),
  page('controls', () => import('../features/controls/controls-page.js')),
  page('account', () => import('../features/account/account-page.js')),
  page('passkeys', () => import('../features/passkeys/passkeys-page.js')),
  page('claim', () => import('../features/claim/claim-page.js')),
  page('trust', () => import('../features/trust/trust-page.js')),
  page('open', () => import('../features/open/open-page.js')),
  page('ask', () => import('../features/ask/ask-page.js')),
  page('mine', () => import('../features/requests/my-access-page.js')),
  page('emergencies', () => import('../features/emergencies/emergencies-page.js')),
  page('incidents', () => import('../features/incidents/incidents-page.js')),
  page('incidents/:id', () => import('../features/incidents/incident-page.js')),
  page('organisation', () => import('../features/organisation/organisation-page.js')),
  page('security', () => import('../features/security/security-page.js')),
  page('demands', () => import('../features/demands/demands-page.js')),
  page('demands/:id', () => import('../features/demands/demand-page.js')),
];

/** Loads the code of the page at this path, if there is one. Never rejects: if loading fails, the page says so when it is shown. */
export const loadPage = async (pathname: string): Promise<void> => {
  await findRoute(PAGES, pathname)
    ?.route.load()
    .catch(() => {});
};
