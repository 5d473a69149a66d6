import './activity.css';
import type { Event } from '@countersign/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { eventsQuery } from '../../api/log.js';
import { useNames } from '../../api/organisation.js';
import { may, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { useSearchParams } from '../../ui/address.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Empty, PagedList } from '../../ui/query-states.js';
import { useLog } from '../proof/log-choice.js';
import { activityTexts } from './activity.text.js';
import { memberText, personsOf } from './event-words.js';
import { filterOf, readChoice } from './filter.js';
import { Filters } from './filters.js';
import { Timeline } from './timeline.js';

/** `/activity`: a log as a timeline, newest first, with its filters in the address. */
export default function ActivityPage() {
  const text = useText(activityTexts);
  const session = useSession();
  const log = useLog();
  const params = useSearchParams();
  const choice = readChoice(params);
  const query = useInfiniteQuery(eventsQuery(log, filterOf(choice)));
  const events = query.data?.items ?? [];
  const requesters = requestersOf(events, choice.person);
  const name = useNames([...events.flatMap(personsOf), ...requesters]);
  return (
    <Page
      title={text.title}
      lead={text.lead}
      actions={
        may(session, 'log.follow') ? (
          <Link className="button small" to={`/proof?log=${encodeURIComponent(log)}`}>
            {text.proof}
          </Link>
        ) : null
      }
    >
      <div className="stack loose">
        <Filters choice={choice} people={requesters.map((id) => ({ id, name: name(id) }))} />
        <PagedList
          query={query}
          empty={
            <Empty icon="inbox" title={text.none}>
              {text.noneLead}
            </Empty>
          }
        >
          {(items) => <Timeline events={items} log={log} name={name} />}
        </PagedList>
      </div>
    </Page>
  );
}

/** The persons that the list can be narrowed to: whose requests are in it, and the one that is chosen. */
function requestersOf(events: readonly Event[], chosen: string | null): string[] {
  const found = events.map((event) => memberText(event, 'requester')).filter((id) => id.startsWith('usr_'));
  return [...new Set([...(chosen === null ? [] : [chosen]), ...found])].sort();
}
