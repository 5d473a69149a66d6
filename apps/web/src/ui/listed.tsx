import type { ReactNode } from 'react';
import { type Catalogue, useText } from '../text/language.js';
import { Button } from './button.js';
import { Loaded } from './states.js';

const texts: Catalogue<{ more: string }> = { en: { more: 'Show more' }, de: { more: 'Mehr zeigen' } };

/** A list that is read page by page. */
interface ListQuery<T> {
  data: { items: T[] } | undefined;
  error: unknown;
  refetch: () => unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** The items read so far, what stands where there is none at all, and the way to the rest. */
export function Listed<T>({
  query,
  empty,
  children,
}: {
  query: ListQuery<T>;
  empty: ReactNode;
  children: (items: T[]) => ReactNode;
}) {
  return (
    <Loaded query={query}>
      {({ items }) => (
        <div className="stack">
          {items.length === 0 ? empty : children(items)}
          <More query={query} />
        </div>
      )}
    </Loaded>
  );
}

/** Where there is more than what was read: a list never ends unsaid. */
export function More({ query }: { query: Omit<ListQuery<unknown>, 'data'> }) {
  const text = useText(texts);
  if (!query.hasNextPage) return null;
  return (
    <p>
      <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {text.more}
      </Button>
    </p>
  );
}
