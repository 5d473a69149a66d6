import type { Language } from '@countersign/contract';
import type { ReactNode } from 'react';
import { ApiProblem } from '../api/problem.js';
import { useLanguage, useText } from '../text/language.js';
import { Notice } from './badge.js';
import { Button } from './button.js';
import { Icon, type IconName } from './icon.js';
import { causeWords, problemWords } from './problem-text.js';
import { type QueryStateText, queryStateTexts } from './ui.text.js';

/** Three placeholder lines, and a word for screen readers. */
export function Loading() {
  const text = useText(queryStateTexts);
  return (
    <div className="page narrow" role="status">
      <div className="skeleton" aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
      <p className="visually-hidden">{text.loading}</p>
    </div>
  );
}

/** Shown in place of an empty list. */
export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <p className="strong">{title}</p>
      <div className="soft">{children}</div>
    </div>
  );
}

/** Why a call failed, with every refusal and every invalid field that the broker named. */
export function ProblemNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const text = useText(queryStateTexts);
  const language = useLanguage();
  const problem = error instanceof ApiProblem ? error : undefined;
  const details = problem?.more.refusals ?? problem?.more.errors ?? [];
  return (
    <Notice tone="stop" icon={problem?.code === 'offline' ? 'offline' : 'alert'} live>
      <p className="strong">{headline(problem, text, language)}</p>
      {details.length === 0 ? null : (
        <ul className="bullets">
          {details.map((cause) => (
            <li key={`${cause.pointer} ${cause.detail}`}>{causeWords(cause, language)}</li>
          ))}
        </ul>
      )}
      {retry === undefined || problem?.code === 'forbidden' ? null : (
        <p>
          <Button small onClick={retry}>
            {text.again}
          </Button>
        </p>
      )}
    </Notice>
  );
}

function headline(problem: ApiProblem | undefined, text: QueryStateText, language: Language): string {
  if (problem === undefined) return text.failed;
  if (problem.code === 'offline') return text.offline;
  return problem.code === 'not_found' ? text.notFound : problemWords(problem, language);
}

/** Shown in place of a page that could not be loaded. */
export function ProblemPage({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <div className="page narrow">
      <ProblemNotice error={error} retry={retry} />
    </div>
  );
}

/** The data of a query, or its loading or error state. */
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

/** A list from the API. A list without the optional members arrives whole. */
export interface ListQuery<T> {
  data: { items: T[] } | undefined;
  error: unknown;
  refetch: () => unknown;
  hasNextPage?: boolean;
  isFetchingNextPage?: boolean;
  fetchNextPage?: () => Promise<ReadPage | undefined>;
}

/** What a list is once its next page was asked for. */
interface ReadPage {
  data: { items: readonly unknown[] } | undefined;
  hasNextPage: boolean;
  isError: boolean;
}

/**
 * Reads the next page of a list. A live update that comes meanwhile ends that and reads the shown pages again, so that the next
 * one is asked for again: a press is never lost.
 */
export async function readNextPage({
  data,
  fetchNextPage,
}: Pick<ListQuery<unknown>, 'data' | 'fetchNextPage'>): Promise<ReadPage | undefined> {
  const shown = data?.items.length ?? 0;
  for (;;) {
    const read = await fetchNextPage?.();
    if (read === undefined || read.isError || !read.hasNextPage) return read;
    if ((read.data?.items.length ?? 0) > shown) return read;
  }
}

/** The items that have been read so far, or `empty`, and a button if the list has more. */
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

/** Every list shows this if it has more items, so that no list looks complete when it is not. */
export function ShowMore({ query }: { query: Omit<ListQuery<unknown>, 'error' | 'refetch'> }) {
  const text = useText(queryStateTexts);
  if (query.hasNextPage !== true) return null;
  return (
    <p>
      <Button busy={query.isFetchingNextPage === true} onClick={() => void readNextPage(query)}>
        {text.more}
      </Button>
    </p>
  );
}
