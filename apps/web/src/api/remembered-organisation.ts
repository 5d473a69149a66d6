const KEY = 'countersign-organisation';
/** Kept in place of an organisation. */
const SIGNED_OUT = '';
const VENDOR = 'vendor';
/** Kept as long as the tab is open, so that reloading a page after the session has ended does not begin a sign-in. */
const SIGNED_IN_KEY = 'countersign-was-signed-in';

/** Keeps the organisation of the person who signed in last in this browser. Signing out forgets it. */
export function rememberOrganisation(organisation: string): void {
  try {
    sessionStorage.setItem(SIGNED_IN_KEY, 'true');
    localStorage.setItem(KEY, organisation);
  } catch {
    // The browser forbids storage: the next sign-in asks for the organisation.
  }
}

export function forgetOrganisation(): void {
  try {
    localStorage.setItem(KEY, SIGNED_OUT);
  } catch {
    // Nothing was kept.
  }
}

/** The organisation of the person who signed in last. Null if there is none, or the browser forbids storage. */
export const rememberedOrganisation = (): string | null => storedSlug() || null;

/** An organisation, or `SIGNED_OUT`. Null in a new browser, undefined if the browser forbids storage. */
function storedSlug(): string | null | undefined {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return undefined;
  }
}

/**
 * Whether opening a page begins the sign-in without a press (decision 14). All of this has to be true:
 *
 * - No other site has opened the page.
 * - Someone has signed in in this browser and not signed out, and the link names their organisation or none. Or no one has ever
 *   signed in or out here, and the link names the vendor. A link never chooses a customer's organisation, because a malicious
 *   customer's provider could sign the person in as someone else. The people who run the broker have chosen the vendor's provider.
 * - This tab has had no session: the person may have left when it ended.
 *
 * @param named the organisation that the link names; null if it names none
 */
export function beginsByItself(named: string | null): boolean {
  const organisation = storedSlug();
  if (organisation === undefined || organisation === SIGNED_OUT) return false;
  const isChosen = organisation === null ? named === VENDOR : named === null || named === organisation;
  return isChosen && isOpenedHere() && !wasSignedIn();
}

const wasSignedIn = (): boolean => sessionStorage.getItem(SIGNED_IN_KEY) !== null;

/**
 * Whether no other site opened this page, as the broker says in its answer (`Server-Timing`). False if the page came from the
 * browser's cache.
 */
function isOpenedHere(): boolean {
  const [opened] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return (
    opened?.type === 'navigate' && (opened.serverTiming ?? []).some(({ name }) => name === 'opened-here')
  );
}
