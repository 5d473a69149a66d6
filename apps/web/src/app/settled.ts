import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

const QUIET_MS = 50;
/** A page whose answers take so long no longer holds the rest back. */
const LONGEST_MS = 5_000;

/**
 * Calls `onSettled` once the page beside it has its first answers. What every page has besides waits for that: on a slow
 * line it would delay the page. Rendered beside the page, it appears when the page's code is loaded.
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
