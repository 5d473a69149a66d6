import { useQuery } from '@tanstack/react-query';
import type { Service } from '../../../api/client.js';
import { peopleQuery } from '../../../api/organisation.js';
import { isObject, type Json, type JsonObject } from './document.js';
import { FIXED_CHOICES, type Source } from './fields.js';

/** What each list of names offers: what the organisation has, and what the document names already. */
export function useChoices(
  slug: string,
  services: readonly Service[],
  document: JsonObject,
): (source: Source) => readonly string[] {
  const people = useQuery(peopleQuery(slug)).data?.items ?? [];
  const groups = new Set([...people.flatMap((person) => person.groups ?? []), ...groupsOf(document)]);
  const choices: Record<Source, readonly string[]> = {
    ...FIXED_CHOICES,
    services: services.map(({ name }) => name),
    actions: [...new Set(services.flatMap(({ routes }) => routes.map(({ action }) => action)))].sort(),
    groups: [...groups].sort(),
  };
  return (source) => choices[source];
}

/** Groups that the document names, so that a group can be chosen again that no one is in yet. */
function groupsOf(document: JsonObject): string[] {
  const names = (value: Json | undefined): string[] =>
    Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
  const rules = Array.isArray(document['rules']) ? document['rules'].filter(isObject) : [];
  const stages = rules.flatMap(({ stages: list }) => (Array.isArray(list) ? list.filter(isObject) : []));
  return [
    ...names(document['unnotified']),
    ...stages.flatMap(({ groups, escalate }) => [
      ...names(groups),
      ...(isObject(escalate) ? names(escalate['to']) : []),
    ]),
  ].filter((name) => name !== '');
}
