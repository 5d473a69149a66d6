/**
 * Reads the address of the page, and goes to another page without loading the document again. With link.tsx this is all that the
 * pages need of a router. A library is ten times as large, and people on slow lines would wait for it.
 */
import { createContext, useContext, useMemo, useSyncExternalStore } from 'react';

export interface Address {
  pathname: string;
  /** Empty, or begins with `?`. */
  search: string;
  /** How many times the address has changed since the document was loaded. */
  visit: number;
}

let current: Address | undefined;
const listeners = new Set<() => void>();

const read = (visit: number): Address => ({
  pathname: location.pathname,
  search: location.search,
  visit,
});
const addressNow = (): Address => {
  current ??= read(0);
  return current;
};

function moved(): void {
  current = read(addressNow().visit + 1);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  // `popstate`: the back and forward buttons, and links within the page.
  if (listeners.size === 0) addEventListener('popstate', moved);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener('popstate', moved);
  };
}

/** The present address. Components render again at once when it changes, so a field whose value is in the address keeps what is typed. */
export const useAddress = (): Address => useSyncExternalStore(subscribe, addressNow);

/** The part of the address after `?`. */
export function useSearchParams(): URLSearchParams {
  const { search } = useAddress();
  return useMemo(() => new URLSearchParams(search), [search]);
}

/**
 * Goes to another page of this app. Going to the present address adds nothing to the history, as in browsers.
 *
 * @param to a path of this origin, with its search
 * @param options.replace the back button then leads to the page before the present one
 * @throws DOMException for an address of another origin
 */
export function navigate(to: string, { replace = false }: { replace?: boolean } = {}): void {
  const isSame = new URL(to, location.href).href === location.href;
  history[replace || isSame ? 'replaceState' : 'pushState'](null, '', to);
  moved();
}

/** Replaces the part of the address after `?`. */
export function changeSearch(params: URLSearchParams, options?: { replace?: boolean }): void {
  const search = params.toString();
  navigate(location.pathname + (search === '' ? '' : `?${search}`), options);
}

type Params = Readonly<Record<string, string>>;

/**
 * The route of this path, and the named parts of the path: `requests/:id` has an `id`. A slash at the end does not matter.
 *
 * @returns undefined if no route has this path
 */
export function findRoute<T extends { path: string }>(
  routes: readonly T[],
  pathname: string,
): { route: T; params: Params } | undefined {
  for (const route of routes) {
    const pattern = new RegExp(`^/${route.path.replaceAll(/:(\w+)/g, '(?<$1>[\\w-]+)')}/?$`);
    const found = pattern.exec(pathname);
    if (found !== null) return { route, params: { ...found.groups } };
  }
  return undefined;
}

/** The named parts of the path of the page inside it. */
export const RouteParams = createContext<Params>({});

export const useParams = (): Params => useContext(RouteParams);
