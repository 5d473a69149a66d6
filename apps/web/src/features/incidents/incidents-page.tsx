import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { incidentsQuery } from '../../api/incidents.js';
import { useNames } from '../../api/organisation.js';
import { servicesQuery } from '../../api/requests.js';
import { may, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Instant } from '../../ui/clock.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Loaded } from '../../ui/query-states.js';
import { TableSection } from '../../ui/table.js';
import { apiFilter, type FilterField, useListChoice } from '../lists/list-filter.js';
import { ListFilters, NothingListed } from '../lists/list-filters.js';
import { IncidentForm } from './incident-form.js';
import { incidentsTexts } from './incidents.text.js';

/** Someone who is only an engineer sees only their own incidents, so they need no filter by person. */
const OWN: readonly FilterField[] = ['from', 'to'];
const EVERYONES: readonly FilterField[] = ['person', ...OWN];

const byPerson = ({ person }: { person: string }) => ({ tenant: '', service: '', requester: person });

/** `/incidents`: an engineer requests the same access of several customers; the vendor's staff see every board. */
export default function IncidentsPage() {
  const text = useText(incidentsTexts);
  const session = useSession();
  const fields = session.roles.some((role) => role !== 'engineer') ? EVERYONES : OWN;
  const choice = useListChoice(fields);
  const incidents = useInfiniteQuery(incidentsQuery(apiFilter(choice)));
  const services = useQuery(servicesQuery);
  const name = useNames((incidents.data?.items ?? []).map(({ person }) => person));
  return (
    <Page help="incident" title={text.title} lead={text.lead}>
      <div className="stack loose">
        {may(session, 'incident.open') ? (
          <section className="stack" aria-labelledby="open-incident">
            <h2 id="open-incident">{text.open}</h2>
            <Loaded query={services}>{({ items }) => <IncidentForm services={items} />}</Loaded>
          </section>
        ) : null}
        <TableSection
          id="incidents"
          title={text.list}
          query={incidents}
          empty={<NothingListed choice={choice} empty={<p className="soft">{text.none}</p>} />}
          columns={[
            { label: text.openedAt, cell: ({ createdAt }) => <Instant at={createdAt} /> },
            {
              label: text.incident,
              cell: ({ id, title }) => (
                <Link className="row-link" to={`/incidents/${id}`}>
                  {title}
                </Link>
              ),
            },
            { label: text.by, cell: ({ person }) => name(person) },
          ]}
        >
          <ListFilters fields={fields} choice={choice} rows={(incidents.data?.items ?? []).map(byPerson)} />
        </TableSection>
      </div>
    </Page>
  );
}
