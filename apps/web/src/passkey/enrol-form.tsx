import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { readTrustAgain } from '../api/trust.js';
import { useText } from '../text/language.js';
import { Button } from '../ui/button.js';
import { TextField } from '../ui/field.js';
import { enrol } from './enrol.js';
import { enrolmentTexts } from './enrolment.text.js';
import { SigningNotice } from './signing-notice.js';

/** Makes a passkey under a name. */
export function EnrolForm({ slug, count }: { slug: string; count: number }) {
  const text = useText(enrolmentTexts);
  const [name, setName] = useState(count === 0 ? text.firstName : '');
  const make = useMutation({
    mutationFn: (called: string) => enrol(slug, called),
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
