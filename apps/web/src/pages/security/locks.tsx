import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { listOf } from '../../api/list.js';
import { useNames } from '../../api/names.js';
import { useOrganisation } from '../../api/organisation.js';
import { answered } from '../../api/problem.js';
import { queryClient } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Listed } from '../../ui/listed.js';
import { ProblemNotice } from '../../ui/states.js';
import { DataTable } from '../../ui/table.js';
import { securityTexts } from './security.text.js';

export function Locks() {
  const text = useText(securityTexts);
  const organisation = useOrganisation();
  const locks = useInfiniteQuery({
    ...listOf(['locks'], (query, signal) =>
      answered(api.GET('/api/v1/locks', { params: { query }, signal })),
    ),
    refetchInterval: 10_000,
  });
  const people = (locks.data?.items ?? []).filter(({ kind }) => kind === 'person').map(({ name }) => name);
  const name = useNames(people);
  const lift = useMutation({
    mutationFn: (id: string) => answered(api.DELETE('/api/v1/locks/{id}', { params: { path: { id } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['locks'] }),
  });
  return (
    <section className="stack near" aria-labelledby="locks">
      <h2 id="locks">{text.locks}</h2>
      {lift.error === null ? null : <ProblemNotice error={lift.error} />}
      <Listed query={locks} empty={<p className="soft">{text.noLocks}</p>}>
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
      </Listed>
    </section>
  );
}
