import './sign-in.css';
import { safeLocalPath } from '@countersign/contract';
import { wordFor } from '@countersign/wording';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Navigate, useSearchParams } from 'react-router';
import { api } from '../../api/client.js';
import { ApiProblem, unwrap } from '../../api/problem.js';
import { beginProviderSignIn, type Session, sessionQuery } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { SealMark } from '../../ui/seal.js';
import { signInTexts } from './sign-in.text.js';

/** Opens the page that the reader wanted. The broker itself serves pages under `/auth`, so these need a full load. */
function GoBack({ to }: { to: string }) {
  const isOurs = !to.startsWith('/auth/');
  useEffect(() => {
    if (!isOurs) location.replace(to);
  }, [isOurs, to]);
  return isOurs ? <Navigate to={to} replace /> : null;
}

/** `/sign-in`: asks for the organisation, then starts that organisation's sign-in. */
export default function SignInPage() {
  const text = useText(signInTexts);
  const [query] = useSearchParams();
  const returnTo = safeLocalPath(query.get('returnTo'));
  const error = query.get('error');
  const [organisation, setOrganisation] = useState(query.get('tenant') ?? '');
  const session = useQuery(sessionQuery);
  const discover = useMutation({
    mutationFn: async () => {
      const { methods } = await unwrap(api.POST('/auth/discover', { body: { organisation } }));
      if (methods.length === 0) throw new ApiProblem('no_sign_in_method', 0, text.noMethod);
      if (!methods.some(({ kind }) => kind === 'oidc')) return 'code';
      await beginProviderSignIn(organisation, { returnTo });
      return 'leaving';
    },
  });
  if (session.data && error === 'other_person')
    return <OtherPerson session={session.data} returnTo={returnTo} />;
  if (session.data) return <GoBack to={returnTo} />;
  return (
    <main className="sign-in">
      <title>{`${text.title} · Countersign`}</title>
      <div className="sign-in-sheet sheet stack">
        <p className="brand">
          <SealMark />
          Countersign
        </p>
        <h1>{text.title}</h1>
        {error === null ? null : (
          <Notice tone="stop" icon="alert" live>
            <p className="strong">{text.failed}</p>
            <p>{(wordFor(text.errors, error) ?? error).replace('{origin}', location.origin)}</p>
          </Notice>
        )}
        {discover.data === 'code' ? (
          <MailCode
            organisation={organisation}
            onSignedIn={() => location.assign(returnTo)}
            onBack={() => discover.reset()}
          />
        ) : (
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              discover.mutate();
            }}
          >
            <TextField
              label={text.organisation}
              hint={text.organisationHint}
              name="organization"
              autoComplete="organization"
              autoCapitalize="off"
              spellCheck={false}
              required
              maxLength={100}
              value={organisation}
              onChange={(event) => setOrganisation(event.target.value)}
            />
            {discover.error === null ? null : <ProblemNotice error={discover.error} />}
            <Button type="submit" look="primary" busy={discover.isPending || discover.data === 'leaving'}>
              {text.next}
            </Button>
            <p role="status" className="soft">
              {discover.data === 'leaving' ? text.leaving : ''}
            </p>
          </form>
        )}
      </div>
      <p className="sign-in-lead soft">{text.lead}</p>
    </main>
  );
}

/** Someone is signed in, and a sign-in as someone else came back: they decide whether to sign out. */
function OtherPerson({ session, returnTo }: { session: Session; returnTo: string }) {
  const text = useText(signInTexts);
  const signOut = useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/v1/session')),
    onSuccess: () => location.assign(`/sign-in?returnTo=${encodeURIComponent(returnTo)}`),
  });
  return (
    <main className="sign-in">
      <title>{`${text.title} · Countersign`}</title>
      <div className="sign-in-sheet sheet stack">
        <p className="brand">
          <SealMark />
          Countersign
        </p>
        <h1>{text.notSwitched}</h1>
        <Notice tone="wait" icon="alert" live>
          <p>{text.errors['other_person']}</p>
        </Notice>
        <p>
          {text.signedInAs} {session.name} ({session.email})
        </p>
        {signOut.error === null ? null : <ProblemNotice error={signOut.error} />}
        <div className="row">
          <Button look="primary" onClick={() => location.assign(returnTo)}>
            {text.stay}
          </Button>
          <Button look="plain" busy={signOut.isPending} onClick={() => signOut.mutate()}>
            {text.signOut}
          </Button>
        </div>
      </div>
    </main>
  );
}

/** Sign-in without an identity provider: the person types in a code that was sent by mail. */
function MailCode({
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
