import type { DemandBody } from '@countersign/api';
import { DEMAND_KINDS, type DemandKind } from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import { type ChangeEvent, useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { navigate } from '../../ui/address.js';
import { Button } from '../../ui/button.js';
import { Choice, SelectField, TextArea, TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { instantOf, linesOf } from './demand-parts.js';
import { demandsTexts } from './demands.text.js';

const EMPTY = {
  ...{ authority: '', country: '', legalBasis: '', reference: '', data: '', scope: '', reason: '' },
  ...{ tenants: '', accounts: '', receivedAt: '', dueAt: '', gagOrder: '', gagUntil: '' },
};
type Fields = typeof EMPTY;

/** Connects one field of the form: its value, and the handler that changes it. */
type FieldOf = (name: keyof Fields) => {
  value: string;
  onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => void;
};

function bodyOf(fields: Fields, kind: DemandKind, isGagged: boolean): DemandBody {
  const { authority, country, legalBasis, reference, data, scope, reason } = fields;
  const dueAt = instantOf(fields.dueAt);
  return {
    ...{ authority, country: country.toUpperCase(), legalBasis, kind, data, scope, reason },
    ...(reference === '' ? {} : { reference }),
    tenants: linesOf(fields.tenants),
    accounts: linesOf(fields.accounts),
    receivedAt: instantOf(fields.receivedAt) ?? '',
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(isGagged ? { gag: { order: fields.gagOrder, until: instantOf(fields.gagUntil) ?? '' } } : {}),
  };
}

/** The intake form. What is entered cannot be changed, and the button says so. */
export function EnterDemand() {
  const text = useText(demandsTexts);
  const [fields, setFields] = useState(EMPTY);
  const [kind, setKind] = useState<DemandKind>('order');
  const [isGagged, setGagged] = useState(false);
  const enter = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/demands', { body: bodyOf(fields, kind, isGagged) })),
    onSuccess: async ({ id }) => {
      await invalidate(['demands']);
      navigate(`/demands/${id}`);
    },
  });
  const field: FieldOf = (name) => ({
    value: fields[name],
    onChange: ({ target }) => setFields({ ...fields, [name]: target.value }),
  });
  return (
    <section className="stack near" aria-labelledby="enter-demand">
      <h2 id="enter-demand">{text.enter}</h2>
      <form
        className="stack near"
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate();
        }}
      >
        <AuthorityFields field={field} kind={kind} onKind={setKind} />
        <TextArea label={text.data} required {...field('data')} />
        <TextArea label={text.scope} required {...field('scope')} />
        <TextArea label={text.tenants} hint={text.tenantsHint} required {...field('tenants')} />
        <TextArea label={text.accounts} hint={text.accountsHint} {...field('accounts')} />
        <Choice type="checkbox" checked={isGagged} onChange={({ target }) => setGagged(target.checked)}>
          {text.gagged}
        </Choice>
        {isGagged ? (
          <div className="choices">
            <TextField label={text.gagOrder} required {...field('gagOrder')} />
            <TextField label={text.gagUntil} type="datetime-local" required {...field('gagUntil')} />
          </div>
        ) : null}
        <TextArea label={text.reason} required {...field('reason')} />
        {enter.error === null ? null : <ProblemNotice error={enter.error} />}
        <p>
          <Button type="submit" busy={enter.isPending}>
            {text.save}
          </Button>
        </p>
      </form>
    </section>
  );
}

/** Which authority demands data, under which law, and until when. */
function AuthorityFields({
  field,
  kind,
  onKind,
}: {
  field: FieldOf;
  kind: DemandKind;
  onKind: (kind: DemandKind) => void;
}) {
  const text = useText(demandsTexts);
  return (
    <div className="choices">
      <TextField label={text.authority} required maxLength={300} {...field('authority')} />
      <TextField label={text.country} hint={text.countryHint} required maxLength={2} {...field('country')} />
      <SelectField
        label={text.kind}
        value={kind}
        onChange={({ target }) => onKind(target.value as DemandKind)}
      >
        {DEMAND_KINDS.map((each) => (
          <option key={each} value={each}>
            {text.kinds[each]}
          </option>
        ))}
      </SelectField>
      <TextField label={text.legalBasis} required maxLength={300} {...field('legalBasis')} />
      <TextField label={text.reference} maxLength={300} {...field('reference')} />
      <TextField label={text.received} type="datetime-local" required {...field('receivedAt')} />
      <TextField label={text.due} type="datetime-local" {...field('dueAt')} />
    </div>
  );
}
