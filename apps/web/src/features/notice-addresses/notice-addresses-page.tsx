import type { NoticeAddress } from '@countersign/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { may, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Badge, Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { TextField } from '../../ui/field.js';
import { Page } from '../../ui/page.js';
import { Loaded, ProblemNotice } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { NewAddress } from './new-address.js';
import { noticeAddressTexts } from './notice-addresses.text.js';

const addressesQuery = (slug: string) => ({
  queryKey: ['notice-addresses', slug],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    unwrap(api.GET('/api/v1/tenants/{slug}/notice-addresses', { params: { path: { slug } }, signal })),
});

/** `/notice-addresses`: mailboxes that get notices, for admins and auditors. */
export default function NoticeAddressesPage() {
  const text = useText(noticeAddressTexts);
  const session = useSession();
  const slug = session.tenant ?? '';
  const addresses = useQuery(addressesQuery(slug));
  const mayWrite = may(session, 'notice-address.write');
  return (
    <Page help="notice-address" title={text.title} lead={text.lead}>
      <Loaded query={addresses}>
        {({ items }) => (
          <div className="stack loose">
            {items.length === 0 ? <p className="soft">{text.none}</p> : <List slug={slug} items={items} />}
            {mayWrite
              ? items
                  .filter(({ state }) => state === 'waiting')
                  .map((each) => <CodeForm key={each.id} slug={slug} address={each} />)
              : null}
            {mayWrite ? <NewAddress slug={slug} /> : <p className="soft">{text.readOnly}</p>}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

const isForEmergencies = ({ state, topics }: NoticeAddress) =>
  state === 'active' && topics.includes('emergency');

/** The addresses, and the question before one of them is removed. */
function List({ slug, items }: { slug: string; items: readonly NoticeAddress[] }) {
  const text = useText(noticeAddressTexts);
  const session = useSession();
  const [removing, setRemoving] = useState<NoticeAddress | null>(null);
  const remove = useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE('/api/v1/tenants/{slug}/notice-addresses/{id}', { params: { path: { slug, id } } })),
    onSettled: () => {
      setRemoving(null);
      return invalidate(['notice-addresses']);
    },
  });
  const isLast =
    removing !== null && isForEmergencies(removing) && items.filter(isForEmergencies).length === 1;
  return (
    <section className="stack near" aria-labelledby="addresses">
      <h2 id="addresses">{text.all}</h2>
      {remove.error === null ? null : <ProblemNotice error={remove.error} />}
      <DataTable
        caption={text.all}
        rows={items}
        rowKey={({ id }) => id}
        columns={[
          { label: text.address, cell: ({ address }) => <span className="strong">{address}</span> },
          {
            label: text.topicsLabel,
            cell: ({ topics }) => topics.map((each) => text.topics[each]).join(', '),
          },
          {
            label: text.state,
            cell: ({ state }) => <StateBadge state={state} />,
          },
          {
            label: text.remove,
            hiddenLabel: true,
            cell: (each) =>
              may(session, 'notice-address.remove') ? (
                <Button small aria-label={text.removeOf(each.address)} onClick={() => setRemoving(each)}>
                  {text.remove}
                </Button>
              ) : null,
          },
        ]}
      />
      <Dialog label={text.removeTitle} isOpen={removing !== null} onClose={() => setRemoving(null)}>
        {removing === null ? null : (
          <ConfirmRemoval
            address={removing.address}
            isLast={isLast}
            isBusy={remove.isPending}
            onBack={() => setRemoving(null)}
            onRemove={() => remove.mutate(removing.id)}
          />
        )}
      </Dialog>
    </section>
  );
}

function StateBadge({ state }: Pick<NoticeAddress, 'state'>) {
  const text = useText(noticeAddressTexts);
  const isActive = state === 'active';
  return (
    <Badge tone={isActive ? 'accent' : 'wait'} icon={isActive ? 'done' : 'wait'}>
      {text.states[state]}
    </Badge>
  );
}

function ConfirmRemoval({
  address,
  isLast,
  isBusy,
  onBack,
  onRemove,
}: {
  address: string;
  /** No other address gets notices of emergencies. */
  isLast: boolean;
  isBusy: boolean;
  onBack: () => void;
  onRemove: () => void;
}) {
  const text = useText(noticeAddressTexts);
  return (
    <>
      <p>{text.removeLead(address)}</p>
      {isLast ? (
        <Notice tone="wait" icon="alert">
          <p>{text.last}</p>
        </Notice>
      ) : null}
      <div className="row">
        {/* The dangerous button is not the first, so it never has the focus. */}
        <Button onClick={onBack}>{text.back}</Button>
        <Button look="stop" busy={isBusy} onClick={onRemove}>
          {text.remove}
        </Button>
      </div>
    </>
  );
}

function CodeForm({ slug, address: { id, address } }: { slug: string; address: NoticeAddress }) {
  const text = useText(noticeAddressTexts);
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/tenants/{slug}/notice-addresses/{id}/confirmation', {
          params: { path: { slug, id } },
          body: { code },
        }),
      ),
    onSuccess: () => invalidate(['notice-addresses']),
  });
  return (
    <form
      className="stack near"
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate();
      }}
    >
      <TextField
        label={text.code(address)}
        value={code}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        onChange={(event) => setCode(event.target.value)}
      />
      {confirm.error === null ? null : <ProblemNotice error={confirm.error} />}
      <p>
        <Button type="submit" busy={confirm.isPending}>
          {text.confirm}
        </Button>
      </p>
    </form>
  );
}
