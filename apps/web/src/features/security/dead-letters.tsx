import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { listQuery } from '../../api/pagination.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { TableSection } from '../../ui/table.js';
import { useListChoice } from '../lists/list-filter.js';
import { ListFilters, NothingListed } from '../lists/list-filters.js';
import { securityTexts } from './security.text.js';

const KEY = ['notices', 'dead'];

/** Notices that no channel could deliver. */
export function DeadLetters() {
  const text = useText(securityTexts);
  const choice = useListChoice(['tenant']);
  const filter = choice.tenant === undefined ? {} : { tenant: choice.tenant };
  const dead = useInfiniteQuery(
    listQuery([...KEY, choice], (page, signal) =>
      unwrap(
        api.GET('/api/v1/notices', { params: { query: { state: 'dead', ...filter, ...page } }, signal }),
      ),
    ),
  );
  const retry = useMutation({
    mutationFn: (id: string) => unwrap(api.POST('/api/v1/notices/{id}/retry', { params: { path: { id } } })),
    onSettled: () => invalidate(KEY),
  });
  return (
    <TableSection
      id="dead"
      title={text.dead}
      help="dead-letter"
      query={dead}
      empty={<NothingListed choice={choice} empty={<p className="soft">{text.noDead}</p>} />}
      error={retry.error}
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
          hiddenLabel: true,
          cell: ({ id }) => (
            <Button small busy={retry.isPending} onClick={() => retry.mutate(id)}>
              {text.retry}
            </Button>
          ),
        },
      ]}
    >
      <ListFilters fields={['tenant']} choice={choice} of={text.dead} />
    </TableSection>
  );
}
