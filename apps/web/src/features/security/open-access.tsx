import type { Grant } from '@countersign/api';
import { scopeWords } from '@countersign/wording';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type GrantFilter, grantsQuery } from '../../api/grants.js';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { GrantAccessBadge } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Countdown } from '../../ui/clock.js';
import { Link } from '../../ui/link.js';
import { Empty } from '../../ui/query-states.js';
import { TableSection } from '../../ui/table.js';
import { apiFilter, useListChoice } from '../lists/list-filter.js';
import { ListFilters, NothingListed } from '../lists/list-filters.js';
import { securityTexts } from './security.text.js';
import type { StopTarget } from './stop-dialog.js';

const FIELDS = ['tenant', 'service', 'person'] as const;

/** Every active grant of every tenant, with buttons that stop the grant or lock its person or tenant. */
export function OpenAccess({ onStop }: { onStop: (target: StopTarget) => void }) {
  const text = useText(securityTexts);
  const language = useLanguage();
  const organisation = useOrganisation();
  const choice = useListChoice(FIELDS);
  const filter = apiFilter(choice) as GrantFilter;
  const grants = useInfiniteQuery({ ...grantsQuery({ ...filter, state: 'active' }), refetchInterval: 5_000 });
  const name = useNames((grants.data?.items ?? []).map(({ requester }) => requester));
  return (
    <TableSection
      id="open"
      title={text.open}
      query={grants}
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
      columns={[
        { label: text.who, cell: ({ requester }) => name(requester) },
        { label: text.tenant, cell: ({ tenant }) => organisation.tenant(tenant) },
        {
          label: text.what,
          cell: ({ id, scope }) => (
            <Link className="row-link" to={`/grants/${id}`}>
              {scopeWords(scope, language)}
            </Link>
          ),
        },
        {
          label: text.left,
          cell: ({ access, endReason, endsAt }) =>
            access === 'open' && endsAt !== null ? (
              <Countdown until={endsAt} />
            ) : (
              <GrantAccessBadge access={access} endReason={endReason} />
            ),
        },
        { label: text.calls, number: true, cell: ({ used }) => numberText(used.calls, language) },
        {
          label: text.act,
          hiddenLabel: true,
          cell: (grant) => <StopButtons grant={grant} requester={name(grant.requester)} onStop={onStop} />,
        },
      ]}
    >
      <ListFilters fields={FIELDS} choice={choice} rows={grants.data?.items ?? []} of={text.open} />
    </TableSection>
  );
}

function StopButtons({
  grant: { id, requester, tenant },
  requester: name,
  onStop,
}: {
  grant: Pick<Grant, 'id' | 'requester' | 'tenant'>;
  /** The name of the person who has the access. */
  requester: string;
  onStop: (target: StopTarget) => void;
}) {
  const text = useText(securityTexts);
  const organisation = useOrganisation();
  return (
    <span className="row near">
      <Button small look="stop" icon="stop" onClick={() => onStop({ kind: 'grant', id, name })}>
        {text.stop}
      </Button>
      <Button small look="deny" onClick={() => onStop({ kind: 'person', id: requester, name })}>
        {text.stopPerson}
      </Button>
      <Button
        small
        look="deny"
        onClick={() => onStop({ kind: 'tenant', id: tenant, name: organisation.tenant(tenant) })}
      >
        {text.stopTenant}
      </Button>
    </span>
  );
}
