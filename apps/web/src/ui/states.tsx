import type { ReactNode } from 'react';
import { ApiProblem } from '../api/problem.js';
import { shellTexts } from '../app/shell.text.js';
import { type Catalogue, useText } from '../text/language.js';
import { Notice } from './badge.js';
import { Button } from './button.js';
import { Icon, type IconName } from './icon.js';

const texts: Catalogue<{ again: string; offline: string; notFound: string; failed: string }> = {
  en: {
    again: 'Try again',
    offline: 'Countersign cannot be reached. Check your connection.',
    notFound: 'There is nothing here, or it is not yours to see.',
    failed: 'This did not work.',
  },
  de: {
    again: 'Noch einmal',
    offline: 'Countersign ist nicht erreichbar. Prüfen Sie Ihre Verbindung.',
    notFound: 'Hier ist nichts, oder es ist nicht für Sie bestimmt.',
    failed: 'Das hat nicht geklappt.',
  },
};

/** Three lines that breathe, and a word for whoever does not see them. */
export function Loading() {
  const text = useText(shellTexts);
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
