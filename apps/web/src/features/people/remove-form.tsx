import { useMutation } from '@tanstack/react-query';
import type { TenantPerson } from '../../api/client.js';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { peopleTexts } from './people.text.js';

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
    onSettled: () => invalidate(['people', slug]),
  });
  return (
    <div className="stack">
      <p>{text.removeLead}</p>
      {remove.error === null ? null : <ProblemNotice error={remove.error} />}
      <div className="row">
        <Button onClick={onDone}>{text.back}</Button>
        <Button look="stop" busy={remove.isPending} onClick={() => remove.mutate()}>
          {text.removeTitle(person.name)}
        </Button>
      </div>
    </div>
  );
}
