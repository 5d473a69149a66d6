import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { readTrustAgain } from '../api/trust.js';
import { useText } from '../text/language.js';
import { Button } from '../ui/button.js';
import { TextField } from '../ui/field.js';
import { enrol } from './enrol.js';
import { enrolmentTexts } from './enrolment.text.js';
import { type Place, placeOf } from './place.js';
import { SigningNotice } from './signing-notice.js';

/**
 * Makes a passkey under a name.
 *
 * @param at where, as the trust document or earlier passkeys say
 * @param mayChoose whether its owner may name a signing page of their company's instead
 */
export function EnrolForm({
  slug,
  count,
  at,
  mayChoose,
}: {
  slug: string;
  count: number;
  at: Place;
  mayChoose: boolean;
}) {
  const text = useText(enrolmentTexts);
  const [name, setName] = useState(count === 0 ? text.firstName : '');
  const [address, setAddress] = useState(at ?? '');
  const place = mayChoose ? originOf(address) : at;
  const make = useMutation({
    mutationFn: (called: string) => enrol(slug, called, place),
    onSuccess: () => setName(''),
    onSettled: () => readTrustAgain(slug),
  });
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
      {mayChoose ? (
        <details className="details" open={address !== ''}>
          <summary>{text.ownPage}</summary>
          <TextField
            label={text.ownPageAddress}
            hint={text.ownPageHint}
            type="url"
            inputMode="url"
            value={address}
            maxLength={300}
            onChange={(event) => setAddress(event.target.value)}
          />
        </details>
      ) : null}
      {place === null ? null : <p className="hint">{text.madeThere(place)}</p>}
      <SigningNotice error={make.error} />
      <p>
        <Button type="submit" look="primary" busy={make.isPending}>
          {text.make}
        </Button>
      </p>
      <p className="said" role="status">
        {make.isSuccess ? text.made : ''}
      </p>
    </form>
  );
}

/** Of whatever part of its address somebody typed; what is none is told by the broker. */
function originOf(address: string): Place {
  const typed = address.trim();
  if (typed === '') return null;
  return placeOf([URL.canParse(typed) ? new URL(typed).origin : typed]);
}
