import type { TenantPerson } from '@countersign/api';
import { TENANT_ROLES, type TenantRole } from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { useDialogStaysOpenWhile } from '../../ui/dialog.js';
import { Choice, TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { peopleTexts } from './people.text.js';

/** Names separated by commas or spaces, each once. */
const readGroups = (text: string): string[] => [
  ...new Set(text.split(/[\s,]+/).filter((name) => name !== '')),
];

/** The fields of the form. */
interface PersonDraft {
  email: string;
  name: string;
  roles: ReadonlySet<string>;
  groups: string;
}

/** The fields as the form opens. A new person is proposed as an approver. */
const draftOf = (person: TenantPerson | undefined): PersonDraft => ({
  email: person?.email ?? '',
  name: person?.name ?? '',
  roles: new Set(person?.roles ?? ['approver']),
  groups: person?.groups?.join(', ') ?? '',
});

/** @param person undefined to add one */
function useSavePerson(slug: string, person: TenantPerson | undefined, onDone: () => void) {
  return useMutation({
    mutationFn: async ({ email, name, roles, groups }: PersonDraft) => {
      const changed = {
        name,
        roles: TENANT_ROLES.filter((role) => roles.has(role)),
        groups: readGroups(groups),
      };
      if (person === undefined)
        await unwrap(
          api.POST('/api/v1/tenants/{slug}/people', {
            params: { path: { slug } },
            body: { email, ...changed },
          }),
        );
      else
        await unwrap(
          api.PATCH('/api/v1/tenants/{slug}/people/{id}', {
            params: { path: { slug, id: person.id } },
            body: changed,
          }),
        );
    },
    onSuccess: onDone,
    onSettled: () => invalidate(['people', slug], ['widenings', slug]),
  });
}

/** Adds a person, or changes a person's name, roles and groups. */
export function PersonForm({
  slug,
  person,
  onDone,
}: {
  slug: string;
  person?: TenantPerson;
  onDone: () => void;
}) {
  const text = useText(peopleTexts);
  const [draft, setDraft] = useState(() => draftOf(person));
  const change = (some: Partial<PersonDraft>) => setDraft((present) => ({ ...present, ...some }));
  const [isEmpty, setEmpty] = useState(false);
  const save = useSavePerson(slug, person, onDone);
  useDialogStaysOpenWhile(save.isPending);
  const changeRoles = (roles: ReadonlySet<string>) => {
    change({ roles });
    setEmpty(false);
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (draft.roles.size === 0) setEmpty(true);
        else save.mutate(draft);
      }}
    >
      <TextField
        label={text.name}
        value={draft.name}
        required
        maxLength={200}
        onChange={(event) => change({ name: event.target.value })}
      />
      {person === undefined ? (
        <TextField
          label={text.email}
          type="email"
          value={draft.email}
          required
          onChange={(event) => change({ email: event.target.value })}
        />
      ) : null}
      <RoleChoices roles={draft.roles} isMissing={isEmpty} onChange={changeRoles} />
      <TextField
        label={text.groups}
        hint={text.groupsHint}
        value={draft.groups}
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => change({ groups: event.target.value })}
      />
      {save.error === null ? null : <ProblemNotice error={save.error} />}
      <div className="row">
        <Button busy={save.isPending} onClick={onDone}>
          {text.back}
        </Button>
        <Button type="submit" look="primary" busy={save.isPending}>
          {person === undefined ? text.addConfirm : text.save}
        </Button>
      </div>
    </form>
  );
}

function RoleChoices({
  roles,
  isMissing,
  onChange,
}: {
  roles: ReadonlySet<string>;
  isMissing: boolean;
  onChange: (roles: ReadonlySet<string>) => void;
}) {
  const text = useText(peopleTexts);
  const toggle = (role: TenantRole, on: boolean) => {
    const next = new Set(roles);
    if (on) next.add(role);
    else next.delete(role);
    onChange(next);
  };
  return (
    <fieldset className="stack near">
      <legend className="legend">{text.roles}</legend>
      {TENANT_ROLES.map((role) => (
        <Choice
          key={role}
          type="checkbox"
          checked={roles.has(role)}
          onChange={(event) => toggle(role, event.target.checked)}
        >
          {text.role[role]}
        </Choice>
      ))}
      {isMissing ? <p className="field-error">{text.rolesNeeded}</p> : null}
    </fieldset>
  );
}

export function RemoveForm({
  slug,
  person,
  onDone,
}: {
  slug: string;
  person: TenantPerson;
  onDone: () => void;
}) {
  const text = useText(peopleTexts);
  const remove = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE('/api/v1/tenants/{slug}/people/{id}', { params: { path: { slug, id: person.id } } })),
    onSuccess: onDone,
    onSettled: () => invalidate(['people', slug], ['widenings', slug]),
  });
  useDialogStaysOpenWhile(remove.isPending);
  return (
    <div className="stack">
      <p>{text.removeLead}</p>
      {remove.error === null ? null : <ProblemNotice error={remove.error} />}
      <div className="row">
        <Button busy={remove.isPending} onClick={onDone}>
          {text.back}
        </Button>
        <Button look="stop" busy={remove.isPending} onClick={() => remove.mutate()}>
          {text.removeTitle(person.name)}
        </Button>
      </div>
    </div>
  );
}
