import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { listOf } from '../../api/list.js';
import { answered } from '../../api/problem.js';
import { queryClient } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Listed } from '../../ui/listed.js';
import { ProblemNotice } from '../../ui/states.js';
import { DataTable } from '../../ui/table.js';
import { securityTexts } from './security.text.js';

const KEY = ['notices', 'dead'];

export function DeadLetters() {
  const text = useText(securityTexts);
  const dead = useInfiniteQuery(
    listOf(KEY, (page, signal) =>
      answered(api.GET('/api/v1/notices', { params: { query: { state: 'dead', ...page } }, signal })),
    ),
  );
  const retry = useMutation({
    mutationFn: (id: string) =>
      answered(api.POST('/api/v1/notices/{id}/retry', { params: { path: { id } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <section className="stack near" aria-labelledby="dead">
      <h2 id="dead">{text.dead}</h2>
      {retry.error === null ? null : <ProblemNotice error={retry.error} />}
      <Listed query={dead} empty={<p className="soft">{text.noDead}</p>}>
        {(items) => (
          <DataTable
            caption={text.dead}
            rows={items}
            rowKey={({ id }) => id}
            columns={[
              { label: text.notice, cell: ({ kind, tenant }) => `${kind} (${tenant})` },
              { label: text.when, cell: ({ at }) => <Instant at={at} /> },
              {
                label: text.error,
                cell: ({ deliveries }) => (
                  <code>{deliveries.find(({ state }) => state === 'dead')?.lastError ?? '–'}</code>
                ),
              },
              {
                label: text.act,
                quiet: true,
                cell: ({ id }) => (
                  <Button small busy={retry.isPending} onClick={() => retry.mutate(id)}>
                    {text.retry}
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
