import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { listQuery } from '../../api/pagination.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { PagedList, ProblemNotice } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { securityTexts } from './security.text.js';

export function Locks() {
  const text = useText(securityTexts);
  const organisation = useOrganisation();
  const locks = useInfiniteQuery({
    ...listQuery(['locks'], (query, signal) =>
      unwrap(api.GET('/api/v1/locks', { params: { query }, signal })),
    ),
    refetchInterval: 10_000,
  });
  const people = (locks.data?.items ?? []).filter(({ kind }) => kind === 'person').map(({ name }) => name);
  const name = useNames(people);
  const lift = useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE('/api/v1/locks/{id}', { params: { path: { id } } })),
    onSettled: () => invalidate(['locks']),
  });
  return (
    <section className="stack near" aria-labelledby="locks">
      <h2 id="locks">{text.locks}</h2>
      {lift.error === null ? null : <ProblemNotice error={lift.error} />}
      <PagedList query={locks} empty={<p className="soft">{text.noLocks}</p>}>
        {(items) => (
          <DataTable
            caption={text.locks}
            rows={items}
            rowKey={({ id }) => id}
            columns={[
              {
                label: text.lock,
                cell: (lock) =>
                  lock.kind === 'person'
                    ? name(lock.name)
                    : lock.kind === 'tenant'
                      ? organisation.tenant(lock.name)
                      : lock.name,
              },
              { label: text.lockReason, cell: ({ reason }) => reason },
              {
                label: text.until,
                cell: ({ expiresAt }) => (expiresAt === null ? text.lifted : <Instant at={expiresAt} />),
              },
              {
                label: text.act,
                quiet: true,
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
          />
        )}
      </PagedList>
    </section>
  );
}
