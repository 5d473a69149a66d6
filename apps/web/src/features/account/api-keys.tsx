import type { ApiKey } from '@countersign/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { isFresh, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Badge, Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Command, CopyId } from '../../ui/copy.js';
import { SelectField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { TableSection } from '../../ui/table.js';
import { SignInAgain } from '../passkeys/sign-in-again.js';
import { accountTexts } from './account.text.js';

const KEY_LIFETIMES = ['PT8H', 'P7D', 'P30D', 'P90D'] as const;
type KeyLifetime = (typeof KEY_LIFETIMES)[number];

const reloadKeys = () => invalidate(['own-keys']);

/** The reader's API keys. A new key is shown once. */
export function ApiKeys() {
  const text = useText(accountTexts);
  const keys = useQuery({
    queryKey: ['own-keys'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/keys', { signal })),
  });
  const revoke = useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE('/api/v1/keys/{id}', { params: { path: { id } } })),
    onSettled: reloadKeys,
  });
  return (
    <TableSection
      id="own-keys"
      title={text.keys}
      lead={text.keysLead}
      query={keys}
      empty={text.keysNone}
      error={revoke.error}
      columns={[
        { label: text.key, cell: ({ id }) => <CopyId id={id} /> },
        { label: text.since, cell: ({ createdAt }) => <Instant at={createdAt} /> },
        {
          label: text.until,
          cell: (key) => <KeyExpiry {...key} />,
        },
        {
          label: text.act,
          hiddenLabel: true,
          cell: ({ id, state }) =>
            state === 'expired' || state === 'revoked' ? (
              <Badge tone="plain" icon="closed">
                {text.keyState[state]}
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
    >
      <NewKeyForm />
    </TableSection>
  );
}

/** When the key expires, and by when its owner has to sign in so that it stays valid until then. */
function KeyExpiry({ state, expiresAt, signInBy }: Pick<ApiKey, 'state' | 'expiresAt' | 'signInBy'>) {
  const text = useText(accountTexts);
  return (
    <>
      <Instant at={expiresAt} />
      {state === 'asleep' ? (
        <span className="block">
          <Badge tone="wait" icon="wait">
            {text.keyState.asleep}
          </Badge>
        </span>
      ) : null}
      {state === 'valid' && signInBy !== null && Date.parse(signInBy) < Date.parse(expiresAt) ? (
        <span className="block soft small">
          {text.signInBy} <Instant at={signInBy} />
        </span>
      ) : null}
    </>
  );
}

function NewKeyForm() {
  const text = useText(accountTexts);
  const session = useSession();
  const [lifetime, setLifetime] = useState<KeyLifetime>('P30D');
  const create = useMutation({
    mutationFn: (ttl: KeyLifetime) => unwrap(api.POST('/api/v1/keys', { body: { ttl } })),
    gcTime: 0,
    onSettled: reloadKeys,
  });
  // A key that was just made stays to be copied.
  if (!isFresh(session) && create.data === undefined) return <SignInAgain />;
  return (
    <form
      className="stack near"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate(lifetime);
      }}
    >
      <SelectField
        label={text.lifetime}
        value={lifetime}
        onChange={(event) => setLifetime(event.target.value as KeyLifetime)}
      >
        {KEY_LIFETIMES.map((each) => (
          <option key={each} value={each}>
            {text.lifetimes[each]}
          </option>
        ))}
      </SelectField>
      {create.error === null ? null : <ProblemNotice error={create.error} />}
      {create.data === undefined ? null : (
        <Notice tone="wait" icon="alert" live>
          <p className="strong">{text.keyOnce}</p>
          <Command>{create.data.key}</Command>
          <p>
            <Button small onClick={() => create.reset()}>
              {text.keyKept}
            </Button>
          </p>
        </Notice>
      )}
      <p>
        <Button type="submit" busy={create.isPending}>
          {text.makeKey}
        </Button>
      </p>
    </form>
  );
}
