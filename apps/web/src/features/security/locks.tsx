import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { liftLock, locksQuery, reloadLocks } from '../../api/grants.js';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { TableSection } from '../../ui/table.js';
import { type FilterField, useListChoice } from '../lists/list-filter.js';
import { ListFilters, NothingListed } from '../lists/list-filters.js';
import { LockForm } from './lock-form.js';
import { locksNamed } from './locks-named.js';
import { securityTexts } from './security.text.js';

const FIELDS: readonly FilterField[] = ['tenant', 'service', 'person'];

const asRow = ({ kind, name }: { kind: string; name: string }) => ({
  ...{ tenant: '', service: kind === 'service' ? name : '', requester: kind === 'person' ? name : '' },
});

/** Locks in force. The vendor lifts only the locks that the vendor has set. */
export function Locks() {
  const text = useText(securityTexts);
  const organisation = useOrganisation();
  const locks = useInfiniteQuery({ ...locksQuery, refetchInterval: 10_000 });
  const choice = useListChoice(FIELDS);
  const shown = { ...locks, data: locks.data && { items: locksNamed(locks.data.items, choice) } };
  const people = (locks.data?.items ?? []).filter(({ kind }) => kind === 'person').map(({ name }) => name);
  const name = useNames(people);
  const lift = useLift();
  return (
    <TableSection
      id="locks"
      title={text.locks}
      help="lock"
      query={shown}
      empty={
        <NothingListed
          choice={choice}
          hasMore={locks.hasNextPage}
          empty={<p className="soft">{text.noLocks}</p>}
        />
      }
      error={lift.error}
      columns={[
        {
          label: text.lock,
          cell: ({ kind, name: id }) =>
            kind === 'person' ? name(id) : kind === 'tenant' ? organisation.tenant(id) : id,
        },
        { label: text.lockReason, cell: ({ reason }) => reason },
        {
          label: text.until,
          cell: ({ expiresAt }) => (expiresAt === null ? text.untilLifted : <Instant at={expiresAt} />),
        },
        {
          label: text.act,
          hiddenLabel: true,
          cell: ({ id, side }) =>
            side === 'customer' ? (
              text.customers
            ) : (
              <Button small busy={lift.isPending} onClick={() => lift.mutate(id)}>
                {text.lift}
              </Button>
            ),
        },
      ]}
    >
      <LockForm />
      <ListFilters
        fields={FIELDS}
        choice={choice}
        rows={(locks.data?.items ?? []).map(asRow)}
        of={text.locks}
      />
    </TableSection>
  );
}

function useLift() {
  return useMutation({
    mutationFn: liftLock,
    onSettled: reloadLocks,
  });
}
