import type { Service } from '@countersign/api';
import { useQuery } from '@tanstack/react-query';
import { peopleQuery } from '../../../api/organisation.js';
import { isObject, type Json, type JsonObject } from './document.js';
import { type ChoiceSource, FIXED_CHOICES } from './fields.js';

/** The choices of each list of names: those of the organisation, and those that are in the document already. */
export function useChoices(
  slug: string,
  services: readonly Service[],
  document: JsonObject,
): (source: ChoiceSource) => readonly string[] {
  const people = useQuery(peopleQuery(slug)).data?.items ?? [];
  const groups = new Set([...people.flatMap((person) => person.groups ?? []), ...groupsOf(document)]);
  const choices: Record<ChoiceSource, readonly string[]> = {
    ...FIXED_CHOICES,
    services: services.map(({ name }) => name),
    actions: [...new Set(services.flatMap(({ routes }) => routes.map(({ action }) => action)))].sort(),
    groups: [...groups].sort(),
  };
  return (source) => choices[source];
}

/** Groups in the document, so that a group without members can still be chosen. */
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
