import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'react-router';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { beginProviderSignIn, sessionQuery, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { passkeysTexts } from './passkeys.text.js';

/** Stands where a key would be made: keys outlive a session, so their owner first proves again who they are. */
export function SignInAgain() {
  const { assurance } = useSession();
  return assurance === 'oidc' ? <AtProvider /> : <ByCode />;
}

function AtProvider() {
  const text = useText(passkeysTexts);
  const { tenant } = useSession();
  const { pathname, search } = useLocation();
  const again = useMutation({
    mutationFn: () => beginProviderSignIn(tenant ?? 'vendor', { returnTo: pathname + search, fresh: 'true' }),
  });
  return (
    <div className="stack near">
      <Notice tone="plain" icon="info">
        <p>{text.freshLead}</p>
      </Notice>
      {again.error === null ? null : <ProblemNotice error={again.error} />}
      <p>
        <Button look="primary" busy={again.isPending || again.isSuccess} onClick={() => again.mutate()}>
          {text.fresh}
        </Button>
      </p>
    </div>
  );
}

function ByCode() {
  const text = useText(passkeysTexts);
  const { tenant, email } = useSession();
  const [code, setCode] = useState('');
  const ask = useMutation({
    mutationFn: () => unwrap(api.POST('/auth/code', { body: { organisation: tenant ?? '', email } })),
  });
  const verify = useMutation({
    mutationFn: () => unwrap(api.POST('/auth/code/verify', { body: { code: code.trim() } })),
    onSuccess: () => invalidate(sessionQuery.queryKey),
  });
  const error = verify.error ?? ask.error;
  return (
    <form
      className="stack near"
      onSubmit={(event) => {
        event.preventDefault();
        if (ask.isSuccess) verify.mutate();
        else ask.mutate();
      }}
    >
      <Notice tone="plain" icon="info">
        <p>{text.freshCodeLead}</p>
      </Notice>
      {ask.isSuccess ? (
        <TextField
          label={text.freshCodeField}
          autoComplete="one-time-code"
          autoCapitalize="characters"
          spellCheck={false}
          required
          maxLength={40}
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
      ) : null}
      {error === null ? null : <ProblemNotice error={error} />}
      <p>
        <Button type="submit" look="primary" busy={ask.isPending || verify.isPending}>
          {ask.isSuccess ? text.fresh : text.freshCode}
        </Button>
      </p>
    </form>
  );
}
