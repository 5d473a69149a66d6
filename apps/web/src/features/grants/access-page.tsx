import type { Grant } from '@countersign/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type GrantFilter, grantsQuery } from '../../api/grants.js';
import { isVendor, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Page } from '../../ui/page.js';
import { Empty, PagedList, ShowMore } from '../../ui/query-states.js';
import { Glance } from '../glance/glance.js';
import { apiFilter, type FilterField, useListChoice } from '../lists/list-filter.js';
import { ListFilters, NothingListed } from '../lists/list-filters.js';
import { accessTexts } from './access.text.js';
import { isBlocked, REFETCH_MS } from './blocked.js';
import { GrantCard } from './grant-card.js';
import { OwnLocks } from './own-locks.js';
import { SignedStops } from './signed-stops.js';

const FIELDS = ['service', 'person'] as const;

/** `/access`: all access that is open now or begins later: to the reader's tenant, or to all that the vendor's reader may see. */
export default function AccessPage() {
  const text = useText(accessTexts);
  const session = useSession();
  const fields: readonly FilterField[] = isVendor(session) ? [...FIELDS, 'tenant'] : FIELDS;
  const choice = useListChoice(fields);
  const filter = apiFilter(choice) as GrantFilter;
  const active = useInfiniteQuery({
    ...grantsQuery({ ...filter, state: 'active' }),
    refetchInterval: REFETCH_MS,
  });
  const scheduled = useInfiniteQuery(grantsQuery({ ...filter, state: 'scheduled' }));
  const soon = scheduled.data?.items ?? [];
  const begun = active.data?.items ?? [];
  const isAllBlocked = begun.length > 0 && !active.hasNextPage && begun.every(isBlocked);
  const leads = isVendor(session) ? [text.leadVendor, text.leadBlockedVendor] : [text.lead, text.leadBlocked];
  return (
    <Page narrow help="grant" title={text.title} lead={leads[isAllBlocked ? 1 : 0]}>
      <div className="stack loose">
        <ListFilters fields={fields} choice={choice} rows={[...(active.data?.items ?? []), ...soon]} />
        <PagedList
          query={active}
          empty={
            <NothingListed
              choice={choice}
              empty={
                <Empty icon="closed" title={text.none}>
                  {text.noneLead}
                </Empty>
              }
            />
          }
        >
          {(items) => (
            <>
              <Grants title={text.blocked} grants={items.filter(isBlocked)} />
              <Grants title={text.open} grants={items.filter((grant) => !isBlocked(grant))} />
            </>
          )}
        </PagedList>
        <Grants title={text.soon} grants={soon} />
        <ShowMore query={scheduled} />
        <SignedStops />
        <OwnLocks />
        <Glance />
      </div>
    </Page>
  );
}

function Grants({ title, grants }: { title: string; grants: readonly Grant[] }) {
  if (grants.length === 0) return null;
  return (
    <section className="stack">
      <h2>{title}</h2>
      <ul className="plain-list">
        {grants.map((grant) => (
          <li key={grant.id}>
            <GrantCard grant={grant} />
          </li>
        ))}
      </ul>
    </section>
  );
}
