import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { signInTexts } from './sign-in.text.js';

/** Sign-in without an identity provider: the person types in a code that was sent by mail. */
export function MailCode({
  organisation,
  onSignedIn,
  onBack,
}: {
  organisation: string;
  onSignedIn: () => void;
  onBack: () => void;
}) {
  const text = useText(signInTexts);
  const [email, setEmail] = useState('');
  const [code, setCode] = useState('');
  const ask = useMutation({
    mutationFn: () => unwrap(api.POST('/auth/code', { body: { organisation, email } })),
  });
  const verify = useMutation({
    mutationFn: () => unwrap(api.POST('/auth/code/verify', { body: { code: code.trim() } })),
    onSuccess: onSignedIn,
  });
  const error = verify.error ?? ask.error;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ask.isSuccess) verify.mutate();
        else ask.mutate();
      }}
    >
      <TextField
        label={text.email}
        type="email"
        autoComplete="email"
        required
        readOnly={ask.isSuccess}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <p role="status">{ask.isSuccess ? text.codeSent : ''}</p>
      {ask.isSuccess ? (
        <TextField
          label={text.code}
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
      <div className="row">
        <Button type="submit" look="primary" busy={ask.isPending || verify.isPending}>
          {ask.isSuccess ? text.codeConfirm : text.sendCode}
        </Button>
        <Button look="plain" onClick={onBack}>
          {text.again}
        </Button>
      </div>
    </form>
  );
}
