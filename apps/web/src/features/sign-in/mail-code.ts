import { useMutation } from '@tanstack/react-query';
import { type ChangeEvent, type FormEvent, useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';

/** A form whose first submission sends a code by mail, and whose second signs in with the code that the person typed. */
export function useMailCode({
  organisation,
  email,
  onSignedIn,
}: {
  organisation: string;
  email: string;
  onSignedIn: () => unknown;
}) {
  const [code, setCode] = useState('');
  const send = useMutation({
    mutationFn: () => unwrap(api.POST('/auth/code', { body: { organisation, email } })),
  });
  const verify = useMutation({
    mutationFn: () => unwrap(api.POST('/auth/code/verify', { body: { code: code.trim() } })),
    onSuccess: onSignedIn,
  });
  return {
    isSent: send.isSuccess,
    isBusy: send.isPending || verify.isPending,
    error: verify.error ?? send.error,
    submit: (event: FormEvent) => {
      event.preventDefault();
      if (send.isSuccess) verify.mutate();
      else send.mutate();
    },
    /** The properties of the text field for the code. */
    field: {
      autoComplete: 'one-time-code',
      autoCapitalize: 'characters',
      spellCheck: false,
      required: true,
      maxLength: 40,
      value: code,
      onChange: (event: ChangeEvent<HTMLInputElement>) => setCode(event.target.value),
    },
  };
}
