import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Badge, Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Command, CopyId } from '../../ui/copy.js';
import { SelectField } from '../../ui/field.js';
import { Loaded, ProblemNotice } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { accountTexts } from './account.text.js';

const KEY_LIFETIMES = ['PT8H', 'P7D', 'P90D', 'P365D'] as const;
type KeyLifetime = (typeof KEY_LIFETIMES)[number];

/** Keys for one's own programs: made here alone, shown once, revoked in one press. */
export function ApiKeys() {
  const text = useText(accountTexts);
  const keys = useQuery({
    queryKey: ['own-keys'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/keys', { signal })),
  });
  const readAgain = () => invalidate(['own-keys']);
  const revoke = useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE('/api/v1/keys/{id}', { params: { path: { id } } })),
    onSettled: readAgain,
  });
  return (
    <section className="stack near" aria-labelledby="own-keys">
      <h2 id="own-keys">{text.keys}</h2>
      <p className="soft">{text.keysLead}</p>
      <NewKey onMade={readAgain} />
      {revoke.error === null ? null : <ProblemNotice error={revoke.error} />}
      <Loaded query={keys}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="soft">{text.keysNone}</p>
          ) : (
            <DataTable
              caption={text.keys}
              rows={items}
              rowKey={({ id }) => id}
              columns={[
                { label: text.key, cell: ({ id }) => <CopyId id={id} /> },
                { label: text.since, cell: ({ createdAt }) => <Instant at={createdAt} /> },
                { label: text.until, cell: ({ expiresAt }) => <Instant at={expiresAt} /> },
                {
                  label: text.act,
                  quiet: true,
                  cell: ({ id, revokedAt, expiresAt }) =>
                    revokedAt !== null || Date.parse(expiresAt) <= Date.now() ? (
                      <Badge tone="plain" icon="closed">
                        {revokedAt === null ? text.keyOver : text.keyRevoked}
                      </Badge>
                    ) : (
                      <Button
                        small
                        look="deny"
                        busy={revoke.isPending}
                        aria-label={text.revokeKey(id)}
                        onClick={() => revoke.mutate(id)}
                      >
                        {text.revoke}
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

function NewKey({ onMade }: { onMade: () => unknown }) {
  const text = useText(accountTexts);
  const [life, setLife] = useState<KeyLifetime>('P7D');
  const make = useMutation({
    mutationFn: (ttl: KeyLifetime) => unwrap(api.POST('/api/v1/keys', { body: { ttl } })),
    gcTime: 0,
    onSettled: onMade,
  });
  return (
    <form
      className="stack near"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate(life);
      }}
    >
      <SelectField
        label={text.life}
        value={life}
        onChange={(event) => setLife(event.target.value as KeyLifetime)}
      >
        {KEY_LIFETIMES.map((each) => (
          <option key={each} value={each}>
            {text.lives[each]}
          </option>
        ))}
      </SelectField>
      {make.error === null ? null : <ProblemNotice error={make.error} />}
      {make.data === undefined ? null : (
        <Notice tone="wait" icon="alert" live>
          <p className="strong">{text.keyOnce}</p>
          <Command>{make.data.key}</Command>
          <p>
            <Button small onClick={() => make.reset()}>
              {text.keyKept}
            </Button>
          </p>
        </Notice>
      )}
      <p>
        <Button type="submit" busy={make.isPending}>
          {text.makeKey}
        </Button>
      </p>
    </form>
  );
}
