import type { Passkey } from '@countersign/api';
import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
} from '@simplewebauthn/browser';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { isFresh, useSession } from '../../api/session.js';
import { reloadTrust } from '../../api/trust.js';
import { PasskeyProblem } from '../../passkey/passkey-problem.js';
import { signPresence } from '../../passkey/presence.js';
import { type SigningOrigin, signingOriginOf } from '../../passkey/signer.js';
import { SigningPages } from '../../passkey/signing-pages.js';
import { SigningNotice } from '../../passkey/signing-ui.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { TextField } from '../../ui/field.js';
import { passkeysTexts } from './passkeys.text.js';
import { SignInAgain } from './sign-in-again.js';

/**
 * Creates a passkey with a name.
 *
 * @param at where to create it, according to the trust document or to earlier passkeys
 * @param mayChoose whether the person may name their company's signing page
 */
export function EnrolForm({
  slug,
  count,
  at,
  mayChoose,
}: {
  slug: string;
  count: number;
  at: SigningOrigin;
  mayChoose: boolean;
}) {
  const text = useText(passkeysTexts);
  const session = useSession();
  const [name, setName] = useState(count === 0 ? text.firstName : '');
  const [address, setAddress] = useState(at ?? '');
  const place = mayChoose ? originOf(address) : at;
  const make = useMutation({
    mutationFn: (called: string) => enrol(slug, called, place),
    onSuccess: () => setName(''),
    onSettled: () => reloadTrust(slug),
  });
  if (!isFresh(session)) return <SignInAgain />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const called = name.trim();
    if (called !== '') make.mutate(called);
  };
  return (
    <form className="stack near" onSubmit={submit}>
      <TextField
        label={text.name}
        hint={text.nameHint}
        value={name}
        maxLength={100}
        required
        onChange={(event) => setName(event.target.value)}
      />
      {mayChoose ? <OwnPageField address={address} onChange={setAddress} /> : null}
      {place === null ? null : <p className="hint">{text.madeThere(place)}</p>}
      <SigningNotice error={make.error} />
      <p>
        <Button type="submit" look="primary" busy={make.isPending}>
          {text.make}
        </Button>
      </p>
      <p className="visually-hidden" role="status">
        {make.isSuccess ? text.made : ''}
      </p>
    </form>
  );
}

/** The address of the company's own signing page. Most have none. */
function OwnPageField({ address, onChange }: { address: string; onChange: (address: string) => void }) {
  const text = useText(passkeysTexts);
  return (
    <details className="details" open={address !== ''}>
      <summary>{text.ownPage}</summary>
      <TextField
        label={text.ownPageAddress}
        hint={text.ownPageHint}
        type="url"
        inputMode="url"
        value={address}
        maxLength={300}
        onChange={(event) => onChange(event.target.value)}
      />
    </details>
  );
}

/** The origin of a typed address. The broker rejects an invalid one. */
function originOf(address: string): SigningOrigin {
  const typed = address.trim();
  if (typed === '') return null;
  return signingOriginOf([URL.canParse(typed) ? new URL(typed).origin : typed]);
}

/** Creates and registers a passkey on the reader's device, at that page. @throws PasskeyProblem, ApiProblem */
export async function enrol(slug: string, name: string, at: SigningOrigin): Promise<Passkey> {
  if (!browserSupportsWebAuthn()) throw new PasskeyProblem('unsupported');
  const params = { path: { slug } };
  const where: { origin?: string } = at === null ? {} : { origin: at };
  return SigningPages.open([at], async (pages) => {
    const { consent: offer, ...options } = await unwrap(
      api.POST('/api/v1/tenants/{slug}/passkeys/options', { params, body: where }),
    );
    const response = await pages.create(at, options as unknown as PublicKeyCredentialCreationOptionsJSON);
    const signed = offer === null ? {} : { consent: await signPresence(pages, offer, response.id) };
    return unwrap(
      api.POST('/api/v1/tenants/{slug}/passkeys', { params, body: { name, response, ...where, ...signed } }),
    );
  });
}
