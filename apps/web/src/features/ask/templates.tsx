import type { Template } from '@countersign/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { templatesQuery } from '../../api/requests.js';
import { useText } from '../../text/language.js';
import { navigate, useSearchParams } from '../../ui/address.js';
import { Button } from '../../ui/button.js';
import { SelectField, TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { buildTemplate, type Draft } from './draft.js';
import { templateTexts } from './templates.text.js';

const reload = () => invalidate(templatesQuery.queryKey);

/** Fills the form in from one of the reader's templates, by the address, or deletes the one that has filled it in. */
export function ChooseTemplate() {
  const text = useText(templateTexts);
  const query = useSearchParams();
  const templates = useQuery(templatesQuery).data?.items ?? [];
  const chosen = templates.find(({ id }) => id === query.get('template'));
  if (templates.length === 0 || query.has('demand')) return null;
  return (
    <div className="stack near">
      <SelectField
        label={text.choose}
        value={chosen?.id ?? ''}
        onChange={({ target: { value } }) => navigate(value === '' ? '/ask' : `/ask?template=${value}`)}
      >
        <option value="">{text.none}</option>
        {templates.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      {chosen === undefined ? null : <RemoveTemplate template={chosen} />}
    </div>
  );
}

function RemoveTemplate({ template: { id, name } }: { template: Template }) {
  const text = useText(templateTexts);
  const [isAsking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/v1/templates/{id}', { params: { path: { id } } })),
    onSuccess: async () => {
      await reload();
      navigate('/ask');
    },
  });
  if (!isAsking)
    return (
      <p>
        <Button small onClick={() => setAsking(true)}>
          {text.remove}
        </Button>
      </p>
    );
  return (
    <fieldset className="stack near" aria-label={text.removeSure(name)}>
      <p>{text.removeSure(name)}</p>
      {remove.error === null ? null : <ProblemNotice error={remove.error} />}
      <p className="row">
        <Button small autoFocus onClick={() => setAsking(false)}>
          {text.keep}
        </Button>
        <Button small look="deny" busy={remove.isPending} onClick={() => remove.mutate()}>
          {text.remove}
        </Button>
      </p>
    </fieldset>
  );
}

/** Saves what the form holds under a name. */
export function SaveTemplate({ draft }: { draft: Draft }) {
  const text = useText(templateTexts);
  const [isNaming, setNaming] = useState(false);
  const [saved, setSaved] = useState<string | null>(null);
  if (buildTemplate(draft) === null || draft.demand !== undefined) return null;
  if (isNaming)
    return (
      <NameTemplate
        draft={draft}
        onDone={(name) => {
          setSaved(name);
          setNaming(false);
        }}
      />
    );
  return (
    <div>
      <p>
        <Button small onClick={() => setNaming(true)}>
          {text.save}
        </Button>
      </p>
      <p className="soft small" role="status">
        {saved === null ? '' : text.saved(saved)}
      </p>
    </div>
  );
}

/** The field for the name. It is not a `<form>`, because it is inside the form of the request. */
function NameTemplate({ draft, onDone }: { draft: Draft; onDone: (saved: string | null) => void }) {
  const text = useText(templateTexts);
  const [name, setName] = useState('');
  const templates = useQuery(templatesQuery).data?.items ?? [];
  const request = buildTemplate(draft);
  const isKnown = templates.some((each) => each.name.toLowerCase() === name.trim().toLowerCase());
  const save = useMutation({
    mutationFn: async () => {
      if (request !== null) await unwrap(api.POST('/api/v1/templates', { body: { name, request } }));
    },
    onSuccess: async () => {
      await reload();
      onDone(name.trim());
    },
  });
  const submit = () => {
    if (name.trim() !== '' && !save.isPending) save.mutate();
  };
  return (
    <fieldset className="stack near" aria-label={text.save}>
      <TextField
        label={text.name}
        hint={isKnown ? text.replaces : text.saveHint}
        value={name}
        maxLength={80}
        autoComplete="off"
        autoFocus
        onChange={({ target }) => setName(target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onDone(null);
          if (event.key !== 'Enter') return;
          // Enter must not send the request itself.
          event.preventDefault();
          submit();
        }}
      />
      {save.error === null ? null : <ProblemNotice error={save.error} />}
      <p className="row">
        <Button small busy={save.isPending} disabled={name.trim() === ''} onClick={submit}>
          {text.save}
        </Button>
        <Button small onClick={() => onDone(null)}>
          {text.cancel}
        </Button>
      </p>
    </fieldset>
  );
}
