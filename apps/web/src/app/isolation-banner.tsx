import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { unwrap } from '../api/problem.js';
import { may, type Session } from '../api/session.js';
import { utcDayText } from '../text/clock.js';
import { useLanguage, useText } from '../text/language.js';
import { Notice } from '../ui/badge.js';
import { shellTexts } from './shell.text.js';

const isolationQuery = {
  queryKey: ['isolation'],
  refetchInterval: 60_000,
  queryFn: ({ signal }: { signal: AbortSignal }) => unwrap(api.GET('/api/v1/isolation', { signal })),
};

/** Warns the vendor's auditors and security admins, on every page, that the newest isolation test was not passed. */
export function IsolationBanner({ session }: { session: Session }) {
  return may(session, 'isolation.read') ? <Banner /> : null;
}

function Banner() {
  const text = useText(shellTexts);
  const language = useLanguage();
  const newest = useQuery(isolationQuery).data?.newest ?? null;
  if (newest === null || newest.passed) return null;
  const day = utcDayText(newest.day, language);
  return (
    <div className="page banner">
      <Notice tone="stop" icon="stop" live>
        <p className="strong">
          {newest.leaks.length > 0 ? text.isolationLeaks(day) : text.isolationNotMade(day)}
        </p>
        <p>{text.isolationLead}</p>
        {newest.leaks.length > 0 ? (
          <ul>
            {newest.leaks.map(({ surface, where }) => (
              <li key={`${surface} ${where}`} className="mono">
                {where}
              </li>
            ))}
          </ul>
        ) : null}
      </Notice>
    </div>
  );
}
