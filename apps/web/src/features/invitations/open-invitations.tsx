import type { Invitation } from '@countersign/api';
import { joinWithAnd, recurrenceText, scopeWords } from '@countersign/wording';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { useNames } from '../../api/organisation.js';
import { listQuery } from '../../api/pagination.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { servicesQuery } from '../../api/requests.js';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Empty } from '../../ui/query-states.js';
import { TableSection } from '../../ui/table.js';
import { useListChoice } from '../lists/list-filter.js';
import { ListFilters, NothingListed } from '../lists/list-filters.js';
import { invitationsTexts } from './invitations.text.js';

/** States in which an invitation can be withdrawn. */
const MAY_END: ReadonlySet<string> = new Set(['open', 'used_up']);

function invitationsQuery(slug: string, state: Invitation['state'], service: string | undefined) {
  const filter = { state, ...(service === undefined ? {} : { service }) };
  return listQuery(['invitations', slug, filter], (page, signal) =>
    unwrap(
      api.GET('/api/v1/tenants/{slug}/invitations', {
        params: { path: { slug }, query: { ...filter, ...page } },
        signal,
      }),
    ),
  );
}

/** The customer's invitations: open ones, or those in the state that the address names. Withdrawing one also ends the access that it opened. */
export function OpenInvitations({ slug, mayWithdraw }: { slug: string; mayWithdraw: boolean }) {
  const text = useText(invitationsTexts);
  const language = useLanguage();
  const choice = useListChoice(['state', 'service'], Object.keys(text.states));
  const state = (choice.state ?? 'open') as Invitation['state'];
  const services = useQuery(servicesQuery).data?.items ?? [];
  const invitations = useInfiniteQuery(invitationsQuery(slug, state, choice.service));
  const name = useNames(
    (invitations.data?.items ?? []).flatMap(({ person, requesters }) => [person, ...(requesters ?? [])]),
  );
  const withdraw = useWithdraw(slug);
  const withdrawButton = ({ id }: { id: string }) => (
    <Button small look="deny" busy={withdraw.isPending} onClick={() => withdraw.mutate(id)}>
      <span className="nowrap">{text.withdraw}</span>
    </Button>
  );
  return (
    <TableSection
      id="invitations"
      title={state === 'open' ? text.open : text.inState(text.states[state])}
      query={invitations}
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
      {...(state === 'open' ? { note: text.withdrawHint } : {})}
      error={withdraw.error}
      columns={[
        { label: text.what, cell: (invitation) => <What invitation={invitation} name={name} /> },
        { label: text.case, cell: ({ ticket }) => ticket ?? text.any },
        { label: text.until, cell: ({ until }) => <Instant at={until} /> },
        {
          label: text.used,
          cell: ({ used, uses }) => {
            const count = numberText(used, language);
            return uses === null ? count : text.usedOf(count, numberText(uses, language));
          },
        },
        { label: text.by, cell: ({ person }) => name(person) },
        ...(mayWithdraw && MAY_END.has(state)
          ? [{ label: text.act, hiddenLabel: true, cell: withdrawButton }]
          : []),
      ]}
    >
      <ListFilters
        fields={['state', 'service']}
        choice={choice}
        states={text.states}
        rows={services.map(({ name: each }) => ({ tenant: '', service: each, requester: '' }))}
      />
    </TableSection>
  );
}

function useWithdraw(slug: string) {
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE('/api/v1/tenants/{slug}/invitations/{id}', { params: { path: { slug, id } } })),
    onSettled: () => invalidate(['invitations', slug], ['grants'], ['requests']),
  });
}

/** What it allows, to whom, and in which weekly times: with the one that is open now or comes next. */
function What({
  invitation: { scope, requesters, recurs, unmasked },
  name,
}: {
  invitation: Pick<Invitation, 'scope' | 'requesters' | 'recurs' | 'unmasked'>;
  name: (person: string) => string;
}) {
  const text = useText(invitationsTexts);
  const language = useLanguage();
  const words = scopeWords(scope, language);
  return (
    <>
      {requesters === null ? words : `${words}, ${text.onlyFor(joinWithAnd(requesters.map(name), language))}`}
      {unmasked ? <p>{text.unmaskedOpen}</p> : null}
      {recurs === null ? null : <p className="soft">{recurrenceText(recurs, language)}</p>}
      {recurs?.next == null ? null : (
        <p className="soft">
          {text.next}: <Instant at={recurs.next.from} />
        </p>
      )}
    </>
  );
}
