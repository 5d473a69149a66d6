import './sign-in.css';
import { safeLocalPath } from '@countersign/contract';
import { wordFor } from '@countersign/wording';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { api } from '../../api/client.js';
import { ApiProblem, unwrap } from '../../api/problem.js';
import { beginsByItself, rememberedOrganisation } from '../../api/remembered-organisation.js';
import { beginProviderSignIn, type Session, sessionQuery } from '../../api/session.js';
import { endSession } from '../../api/session-changes.js';
import { useText } from '../../text/language.js';
import { useSearchParams } from '../../ui/address.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { TextField } from '../../ui/field.js';
import { Redirect } from '../../ui/link.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { SealMark } from '../../ui/seal.js';
import { useMailCode } from './mail-code.js';
import { signInTexts } from './sign-in.text.js';

/** Opens the page that the reader wanted. The broker itself serves pages under `/auth`, so these need a full load. */
function GoBack({ to }: { to: string }) {
  const isOurs = !to.startsWith('/auth/');
  useEffect(() => {
    if (!isOurs) location.replace(to);
  }, [isOurs, to]);
  return isOurs ? <Redirect to={to} /> : null;
}

/** Names the browser's time zone for the sign-in: the clocks in this person's mail follow it. */
function nameZone(): void {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const secure = location.protocol === 'https:' ? '; secure' : '';
  // biome-ignore lint/suspicious/noDocumentCookie: not every browser has the Cookie Store API
  document.cookie = `countersign-zone=${timeZone}; path=/auth; max-age=3600; samesite=lax${secure}`;
}

/** `/sign-in`: asks for the organisation, then starts that organisation's sign-in. */
export default function SignInPage() {
  const text = useText(signInTexts);
  const query = useSearchParams();
  const returnTo = safeLocalPath(query.get('returnTo'));
  const error = query.get('error');
  const [organisation, setOrganisation] = useState(query.get('tenant') ?? rememberedOrganisation() ?? '');
  const session = useQuery(sessionQuery);
  useEffect(nameZone, []);
  const discover = useDiscover(organisation, returnTo);
  const begin = discover.mutate;
  const isSignedOut = session.data === null;
  useEffect(() => {
    // The back button must lead back, not to this page, which would begin again.
    if (isSignedOut && error === null && query.has('returnTo') && beginsByItself(query.get('tenant')))
      begin((address) => location.replace(address));
  }, [isSignedOut, error, query, begin]);
  if (session.data)
    return error === null ? (
      <GoBack to={returnTo} />
    ) : (
      <StillSignedIn session={session.data} error={error} returnTo={returnTo} />
    );
  return (
    <Sheet heading={text.title} lead={text.lead}>
      {error === null ? null : (
        <Notice tone="stop" icon="alert" live>
          <p className="strong">{text.failed}</p>
          <p>{errorText(text, error)}</p>
        </Notice>
      )}
      {discover.data === 'code' ? (
        <MailCode
          organisation={organisation}
          onSignedIn={() => location.assign(returnTo)}
          onBack={() => discover.reset()}
        />
      ) : (
        <OrganisationForm organisation={organisation} onChange={setOrganisation} discover={discover} />
      )}
    </Sheet>
  );
}

/** Looks up how the organisation signs in, and opens its provider. Its result is `code` if there is none: a code comes by mail. */
function useDiscover(organisation: string, returnTo: string) {
  const text = useText(signInTexts);
  return useMutation({
    mutationFn: async (open: (address: string) => void) => {
      const { methods } = await unwrap(api.POST('/auth/discover', { body: { organisation } }));
      if (methods.length === 0) throw new ApiProblem('no_sign_in_method', 0, text.noMethod);
      if (!methods.some(({ kind }) => kind === 'oidc')) return 'code';
      await beginProviderSignIn(organisation, { returnTo }, open);
      return 'leaving';
    },
  });
}

function OrganisationForm({
  organisation,
  onChange,
  discover,
}: {
  organisation: string;
  onChange: (organisation: string) => void;
  discover: ReturnType<typeof useDiscover>;
}) {
  const text = useText(signInTexts);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        discover.mutate((address) => location.assign(address));
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
        onChange={(event) => onChange(event.target.value)}
      />
      {discover.error === null ? null : <ProblemNotice error={discover.error} />}
      <Button type="submit" look="primary" busy={discover.isPending || discover.data === 'leaving'}>
        {text.next}
      </Button>
      <p role="status" className="soft">
        {discover.data === 'leaving' ? text.leaving : ''}
      </p>
    </form>
  );
}

const errorText = ({ errors }: { errors: Record<string, string> }, code: string): string =>
  (wordFor(errors, code) ?? code).replace('{origin}', location.origin);

function Sheet({ heading, lead, children }: { heading: string; lead?: string; children: ReactNode }) {
  const text = useText(signInTexts);
  return (
    <main className="sign-in">
      <title>{`${text.title} · Countersign`}</title>
      <div className="sign-in-sheet sheet stack">
        <p className="brand">
          <SealMark />
          Countersign
        </p>
        <h1>{heading}</h1>
        {children}
      </div>
      {lead === undefined ? null : <p className="sign-in-lead soft">{lead}</p>}
    </main>
  );
}

/**
 * Someone is signed in, and another sign-in failed: as someone else, or again as themselves. They read why, and decide
 * whether to sign out.
 */
function StillSignedIn({ session, error, returnTo }: { session: Session; error: string; returnTo: string }) {
  const text = useText(signInTexts);
  const signOut = useMutation({
    mutationFn: endSession,
    onSuccess: () => location.assign(`/sign-in?returnTo=${encodeURIComponent(returnTo)}`),
  });
  return (
    <Sheet heading={text.notSwitched}>
      <Notice tone="wait" icon="alert" live>
        <p>{errorText(text, error)}</p>
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
    </Sheet>
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
  const { isSent, isBusy, error, submit, field } = useMailCode({ organisation, email, onSignedIn });
  return (
    <form className="stack" onSubmit={submit}>
      <TextField
        label={text.email}
        type="email"
        autoComplete="email"
        required
        readOnly={isSent}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <p role="status">{isSent ? text.codeSent : ''}</p>
      {isSent ? <TextField label={text.code} {...field} /> : null}
      {error === null ? null : <ProblemNotice error={error} />}
      <div className="row">
        <Button type="submit" look="primary" busy={isBusy}>
          {isSent ? text.codeConfirm : text.sendCode}
        </Button>
        <Button look="plain" onClick={onBack}>
          {text.again}
        </Button>
      </div>
    </form>
  );
}
