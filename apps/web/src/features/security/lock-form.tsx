import type { LockableKind } from '@countersign/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { reloadLocks, setLock } from '../../api/grants.js';
import { useOrganisation } from '../../api/organisation.js';
import { servicesQuery } from '../../api/requests.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Dialog, useDialogStaysOpenWhile } from '../../ui/dialog.js';
import { SelectField, TextField, useRequiredReason } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { securityTexts } from './security.text.js';

/** A person first: that is what is locked most. */
const KINDS = ['person', 'tenant', 'service'] as const satisfies readonly LockableKind[];
/** As the API takes them; empty: until it is lifted. */
const DURATIONS = ['', 'PT1H', 'PT24H', 'P7D'] as const;

/** Locks any person of the vendor, customer or service, also one without open access. */
export function LockForm() {
  const text = useText(securityTexts);
  const [isOpen, setOpen] = useState(false);
  return (
    <p>
      <Button look="deny" icon="stop" onClick={() => setOpen(true)}>
        {text.newLock}
      </Button>
      <Dialog label={text.newLock} isOpen={isOpen} onClose={() => setOpen(false)}>
        <Fields onClose={() => setOpen(false)} />
      </Dialog>
    </p>
  );
}

function Fields({ onClose }: { onClose: () => void }) {
  const text = useText(securityTexts);
  const [kind, setKind] = useState<LockableKind>('person');
  const [name, setName] = useState('');
  const [duration, setDuration] = useState('');
  const { field, submitWith } = useRequiredReason(text.reason, text.reasonNeeded);
  const lock = useMutation({
    mutationFn: (reason: string) =>
      setLock({ kind, name: name.trim(), reason, ...(duration === '' ? {} : { duration }) }),
    onSuccess: onClose,
    onSettled: reloadLocks,
  });
  useDialogStaysOpenWhile(lock.isPending);
  return (
    <form className="stack" onSubmit={submitWith((reason) => lock.mutate(reason))}>
      <SelectField
        label={text.lockKind}
        value={kind}
        onChange={({ target }) => {
          setKind(target.value as LockableKind);
          setName('');
        }}
      >
        {KINDS.map((each) => (
          <option key={each} value={each}>
            {text.lockKinds[each]}
          </option>
        ))}
      </SelectField>
      <NameField kind={kind} name={name} onChange={setName} />
      <SelectField label={text.lockFor} value={duration} onChange={({ target }) => setDuration(target.value)}>
        {DURATIONS.map((each) => (
          <option key={each} value={each}>
            {text.lockDurations[each]}
          </option>
        ))}
      </SelectField>
      {field}
      {lock.error === null ? null : <ProblemNotice error={lock.error} />}
      <div className="row">
        <Button busy={lock.isPending} onClick={onClose}>
          {text.back}
        </Button>
        <Button type="submit" look="stop" icon="stop" busy={lock.isPending}>
          {text.lockConfirm}
        </Button>
      </div>
    </form>
  );
}

/** The address of a person; or one of the customers or services. */
function NameField({
  kind,
  name,
  onChange,
}: {
  kind: LockableKind;
  name: string;
  onChange: (name: string) => void;
}) {
  const text = useText(securityTexts);
  const { tenants } = useOrganisation();
  const services = useQuery(servicesQuery).data?.items ?? [];
  if (kind === 'person')
    return (
      <TextField
        label={text.lockPerson}
        hint={text.lockPersonHint}
        value={name}
        required
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={({ target }) => onChange(target.value)}
      />
    );
  const options =
    kind === 'tenant'
      ? tenants.map((each) => [each.slug, each.name])
      : services.map((each) => [each.name, each.name]);
  return (
    <SelectField
      label={text.lockKinds[kind]}
      value={name}
      required
      onChange={({ target }) => onChange(target.value)}
    >
      <option value="">{text.choose}</option>
      {options.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </SelectField>
  );
}
