import { useInfiniteQuery } from '@tanstack/react-query';
import { disclosuresQuery } from '../../api/disclosures.js';
import { MOST_ITEMS } from '../../api/pagination.js';
import { may, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Link } from '../../ui/link.js';
import { emergenciesTexts } from './emergencies.text.js';

const REFETCH_MS = 60_000;

/** One red line on every page of both sides while an explanation is late. */
export function LateBanner() {
  const text = useText(emergenciesTexts);
  const session = useSession();
  const { data } = useInfiniteQuery({
    ...disclosuresQuery('late', MOST_ITEMS),
    enabled: may(session, 'disclosure.read'),
    refetchInterval: REFETCH_MS,
  });
  const late = data?.items.length ?? 0;
  return (
    <div role="status">
      {late === 0 ? null : (
        <p className="ribbon stop">
          {text.late(late)} · <Link to="/emergencies">{text.show}</Link>
        </p>
      )}
    </div>
  );
}
