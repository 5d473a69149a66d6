import { useQuery } from '@tanstack/react-query';
import type { Grant } from '../../api/client.js';
import { grantsQuery } from '../../api/queries.js';
import { useText } from '../../text/language.js';
import { Page } from '../../ui/page.js';
import { Empty, Loaded } from '../../ui/states.js';
import { accessTexts } from './access.text.js';
import { GrantCard } from './grant-card.js';

/** `/access`: what is open now. */
export default function AccessPage() {
  const text = useText(accessTexts);
  const active = useQuery(grantsQuery({ state: 'active' }));
  const scheduled = useQuery(grantsQuery({ state: 'scheduled' })).data?.items ?? [];
  return (
    <Page narrow title={text.title} lead={text.lead}>
      <Loaded query={active}>
        {({ items }) => (
          <div className="stack loose">
            {items.length === 0 ? (
              <Empty icon="closed" title={text.none}>
                {text.noneLead}
              </Empty>
            ) : (
              <Grants title={text.open} grants={items} />
            )}
            {scheduled.length === 0 ? null : <Grants title={text.soon} grants={scheduled} />}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Grants({ title, grants }: { title: string; grants: readonly Grant[] }) {
  return (
    <section className="stack">
      <h2>{title}</h2>
      <ul className="plain-list">
        {grants.map((grant) => (
          <li key={grant.id}>
            <GrantCard grant={grant} />
          </li>
        ))}
      </ul>
    </section>
  );
}
