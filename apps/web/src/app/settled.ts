import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

const QUIET_MS = 50;
/** After this time the rest no longer waits for the page. */
const LONGEST_MS = 5_000;

/**
 * Calls `onSettled` once the page has its first answers. Live updates, warnings and counts start only then: on a slow line they
 * would delay the page. It is rendered beside the page, so it starts when the page's code has loaded.
 */
export function Settled({ onSettled }: { onSettled: () => void }): null {
  const client = useQueryClient();
  useEffect(() => {
    let quiet: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(quiet);
      quiet = setTimeout(() => {
        if (client.isFetching() === 0) onSettled();
      }, QUIET_MS);
    };
    look();
    const unsubscribe = client.getQueryCache().subscribe(look);
    const longest = setTimeout(onSettled, LONGEST_MS);
    return () => {
      unsubscribe();
      clearTimeout(quiet);
      clearTimeout(longest);
    };
  }, [client, onSettled]);
  return null;
}
