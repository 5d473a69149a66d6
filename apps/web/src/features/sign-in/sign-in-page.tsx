import './sign-in.css';
import { safeLocalPath } from '@countersign/contract';
import { wordFor } from '@countersign/wording';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Navigate, useSearchParams } from 'react-router';
import { api } from '../../api/client.js';
import { ApiProblem, unwrap } from '../../api/problem.js';
import { sessionQuery } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { SealMark } from '../../ui/seal.js';
import { MailCode } from './mail-code.js';
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
      const oidc = methods.find(({ kind }) => kind === 'oidc')?.start;
      if (oidc) location.assign(`${oidc}?returnTo=${encodeURIComponent(returnTo)}`);
      else if (methods.length === 0) throw new ApiProblem('no_sign_in_method', 0, text.noMethod);
      return oidc ? 'leaving' : 'code';
    },
  });
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
            <p>{wordFor(text.errors, error) ?? error}</p>
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
