import type { ReactNode } from 'react';
import { ApiProblem } from '../api/problem.js';
import { type Catalogue, useText } from '../text/language.js';
import { Notice } from './badge.js';
import { Button } from './button.js';
import { Icon, type IconName } from './icon.js';

const texts: Catalogue<{
  again: string;
  offline: string;
  notFound: string;
  failed: string;
  loading: string;
  more: string;
}> = {
  en: {
    again: 'Try again',
    offline: 'Countersign cannot be reached. Check your connection.',
    notFound: 'There is nothing here, or it is not yours to see.',
    failed: 'This did not work.',
    loading: 'Loading …',
    more: 'Show more',
  },
  de: {
    again: 'Noch einmal',
    offline: 'Countersign ist nicht erreichbar. Prüfen Sie Ihre Verbindung.',
    notFound: 'Hier ist nichts, oder es ist nicht für Sie bestimmt.',
    failed: 'Das hat nicht geklappt.',
    loading: 'Wird geladen …',
    more: 'Mehr zeigen',
  },
};

/** Three lines that breathe, and a word for whoever does not see them. */
export function Loading() {
  const text = useText(texts);
  return (
    <div className="page narrow" role="status">
      <div className="skeleton" aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
      <p className="said">{text.loading}</p>
    </div>
  );
}

/** What stands where a list has nothing. */
export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <p className="strong">{title}</p>
      <div className="soft">{children}</div>
    </div>
  );
}

/** Why a call failed, in words; every refusal and every wrong field where the broker named them. */
export function ProblemNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const text = useText(texts);
  const problem = error instanceof ApiProblem ? error : undefined;
  const details = problem?.more.refusals ?? problem?.more.errors ?? [];
  return (
    <Notice tone="stop" icon={problem?.code === 'offline' ? 'offline' : 'alert'} live>
      <p className="strong">{headline(problem, text)}</p>
      {details.length === 0 ? null : (
        <ul className="bullets">
          {details.map(({ pointer, detail }) => (
            <li key={`${pointer} ${detail}`}>{detail}</li>
          ))}
        </ul>
      )}
      {retry === undefined ? null : (
        <p>
          <Button small onClick={retry}>
            {text.again}
          </Button>
        </p>
      )}
    </Notice>
  );
}

function headline(
  problem: ApiProblem | undefined,
  text: { offline: string; notFound: string; failed: string },
): string {
  if (problem === undefined) return text.failed;
  if (problem.code === 'offline') return text.offline;
  return problem.code === 'not_found' ? text.notFound : problem.detail;
}

/** A whole page that could not be read. */
export function ProblemPage({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <div className="page narrow">
      <ProblemNotice error={error} retry={retry} />
    </div>
  );
}

/** The answer of a query, or its loading and error states. */
export function Loaded<T>({
  query,
  children,
}: {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  return <Loading />;
}

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
export function PagedList<T>({
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
          <ShowMore query={query} />
        </div>
      )}
    </Loaded>
  );
}

/** Where there is more than what was read: a list never ends unsaid. */
export function ShowMore({ query }: { query: Omit<ListQuery<unknown>, 'data'> }) {
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
