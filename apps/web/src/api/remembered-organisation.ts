const KEY = 'countersign-organisation';
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
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

/** Null if there is none, or the browser forbids storage. */
export function rememberedOrganisation(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/**
 * Whether opening a page begins the sign-in without a press: in a browser in which someone of this organisation has signed in and not
 * signed out, if no other site opened the page. No link chooses another organisation, whose provider could sign a stranger in. A
 * session that ends is not renewed by itself in its tab: no one may sit there any more.
 *
 * @param named the organisation that the link names; null if it names none
 */
export const beginsByItself = (named: string | null): boolean => {
  const remembered = rememberedOrganisation();
  return remembered !== null && (named === null || named === remembered) && isOpenedHere() && !wasSignedIn();
};

const wasSignedIn = (): boolean => sessionStorage.getItem(SIGNED_IN_KEY) !== null;

/** Whether the broker said so of this page's answer (`Server-Timing`). False if it came from the browser's cache. */
function isOpenedHere(): boolean {
  const [opened] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return (
    opened?.type === 'navigate' && (opened.serverTiming ?? []).some(({ name }) => name === 'opened-here')
  );
}
