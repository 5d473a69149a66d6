const KEY = 'countersign-organisation';
let wasSignedIn = false;

/** Keeps the organisation of the person who signed in last in this browser. Signing out forgets it. */
export function rememberOrganisation(organisation: string): void {
  wasSignedIn = true;
  try {
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
 * signed out. No link chooses another organisation, whose provider could sign a stranger in. A session that ends while its page
 * is open is not renewed by itself: no one may sit there any more.
 *
 * @param named the organisation that the link names; null if it names none
 */
export const beginsByItself = (named: string | null): boolean => {
  const remembered = rememberedOrganisation();
  return !wasSignedIn && remembered !== null && (named === null || named === remembered);
};
