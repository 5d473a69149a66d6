import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { useNames } from '../../api/names.js';
import { useOrganisation } from '../../api/organisation.js';
import { answered } from '../../api/problem.js';
import { queryClient } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Loaded, ProblemNotice } from '../../ui/states.js';
import { DataTable } from '../../ui/table.js';
import { securityTexts } from './security.text.js';

export function Locks() {
  const text = useText(securityTexts);
  const organisation = useOrganisation();
  const locks = useQuery({
    queryKey: ['locks'],
    refetchInterval: 10_000,
    queryFn: ({ signal }) => answered(api.GET('/api/v1/locks', { signal })),
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
      <Loaded query={locks}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="soft">{text.noLocks}</p>
          ) : (
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
          )
        }
      </Loaded>
    </section>
  );
}
