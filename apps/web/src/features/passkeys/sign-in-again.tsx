import { useMutation } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';
import { invalidate } from '../../api/query-client.js';
import { beginProviderSignIn, isFresh, sessionQuery, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { useAddress } from '../../ui/address.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { useMailCode } from '../sign-in/mail-code.js';
import { passkeysTexts } from './passkeys.text.js';
import { SignInWithPasskey } from './sign-in-with-passkey.js';

const ID = 'sign-in-again';
/** Whether the page already asks for a fresh sign-in, above its forms. */
const IsAsked = createContext(false);

/**
 * For a page with several forms that need a fresh sign-in: it asks for one once, above them, and each form only says so.
 *
 * @param needed whether the reader may use any of the forms
 */
export function SignInAgainOnce({ needed, children }: { needed: boolean; children: ReactNode }) {
  const isAsked = !isFresh(useSession()) && needed;
  return (
    <>
      {isAsked ? (
        <div id={ID}>
          <SignInAgain />
        </div>
      ) : null}
      <IsAsked value={isAsked}>{children}</IsAsked>
    </>
  );
}

/** Shown instead of a form whose result outlives the session, such as a new key: the reader authenticates again first. */
export function SignInAgain() {
  const { assurance } = useSession();
  const text = useText(passkeysTexts);
  if (useContext(IsAsked))
    return (
      <p className="hint">
        <a href={`#${ID}`}>{text.freshAbove}</a>
      </p>
    );
  if (assurance === 'oidc') return <AtProvider />;
  // A code would replace this session by a weaker one, which may make no keys.
  return assurance === 'passkey' ? <SignInWithPasskey lead={text.freshPasskeyLead} /> : <ByCode />;
}

function AtProvider() {
  const text = useText(passkeysTexts);
  const { tenant } = useSession();
  const { pathname, search } = useAddress();
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
  const { isSent, isBusy, error, submit, field } = useMailCode({
    organisation: tenant ?? '',
    email,
    onSignedIn: () => invalidate(sessionQuery.queryKey),
  });
  return (
    <form className="stack near" onSubmit={submit}>
      <Notice tone="plain" icon="info">
        <p>{text.freshCodeLead}</p>
      </Notice>
      {isSent ? <TextField label={text.freshCodeField} {...field} /> : null}
      {error === null ? null : <ProblemNotice error={error} />}
      <p>
        <Button type="submit" look="primary" busy={isBusy}>
          {isSent ? text.fresh : text.freshCode}
        </Button>
      </p>
    </form>
  );
}
