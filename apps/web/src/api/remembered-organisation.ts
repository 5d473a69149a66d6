const KEY = 'countersign-organisation';
/** Kept in place of an organisation. */
const SIGNED_OUT = '';
const VENDOR = 'vendor';
/** Kept as long as the tab, so that reloading a page of an ended session is no new beginning. */
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

/** Null if there is none, or the browser forbids storage. */
export const rememberedOrganisation = (): string | null => kept() || null;

/** What is kept: an organisation, or that someone has signed out. Null in a new browser, undefined if the browser forbids storage. */
function kept(): string | null | undefined {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return undefined;
  }
}

/**
 * Whether opening a page begins the sign-in without a press. No other site may have opened it, and either someone of this organisation
 * has signed in in this browser and not signed out, or no one ever has, and the link names the vendor. No link chooses a customer's
 * organisation, whose provider could sign a stranger in; the vendor's is the choice of the people who run the broker. A session that
 * ends is not renewed by itself in its tab: no one may sit there any more.
 *
 * @param named the organisation that the link names; null if it names none
 */
export function beginsByItself(named: string | null): boolean {
  const organisation = kept();
  if (organisation === undefined || organisation === SIGNED_OUT) return false;
  const isChosen = organisation === null ? named === VENDOR : named === null || named === organisation;
  return isChosen && isOpenedHere() && !wasSignedIn();
}

const wasSignedIn = (): boolean => sessionStorage.getItem(SIGNED_IN_KEY) !== null;

/** Whether the broker said so of this page's answer (`Server-Timing`). False if it came from the browser's cache. */
function isOpenedHere(): boolean {
  const [opened] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return (
    opened?.type === 'navigate' && (opened.serverTiming ?? []).some(({ name }) => name === 'opened-here')
  );
}
