import { toInstant } from '@countersign/contract';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import {
  MAX_TEMPLATES,
  type RequestTemplate,
  type TemplateRequest,
  templateKey,
} from '../../domain/request-template.js';
import { AccessError, notFound } from '../../errors.js';
import type { Deps } from '../shared/deps.js';
import { requireStillHere } from './preferences.js';

/** The caller's own templates, by name. */
export async function listTemplates({ store }: Deps, { person }: Principal): Promise<RequestTemplate[]> {
  const all = await store.personal.read((unit) => unit.templates.ofPerson(person.id));
  return all.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/**
 * Saves a template of the caller's own. One of the same name is replaced. Whether the request would be allowed is evaluated when
 * it is made, not here: the rules may change in between.
 *
 * @throws AccessError `forbidden`; `invalid_request` without a name; `conflict` with too many templates
 */
export async function saveTemplate(
  deps: Deps,
  principal: Principal,
  { name: input, request }: { name: string; request: TemplateRequest },
): Promise<RequestTemplate> {
  requirePermission(principal, 'template.save');
  const name = input.normalize('NFC').trim();
  if (name === '') throw new AccessError('invalid_request', 'A template needs a name.', { pointer: '/name' });
  const { id: person } = principal.person;
  return deps.store.personal.write(async (unit) => {
    await requireStillHere(unit, person);
    const { templates } = unit;
    const known = await templates.ofPerson(person);
    const same = known.find((each) => templateKey(each.name) === templateKey(name));
    if (same === undefined && known.length >= MAX_TEMPLATES)
      throw new AccessError('conflict', `You have ${MAX_TEMPLATES} templates. Delete one first.`);
    const id = same?.id ?? deps.ids.next('tpl');
    const saved = { id, person, name, request, savedAt: toInstant(deps.clock.now()) };
    await templates.save(saved);
    return saved;
  });
}

/** Deletes a template of the caller's own. @throws AccessError `forbidden`, `not_found` */
export async function deleteTemplate(deps: Deps, principal: Principal, id: string): Promise<void> {
  requirePermission(principal, 'template.delete');
  const isDeleted = await deps.store.personal.write(({ templates }) =>
    templates.delete(principal.person.id, id),
  );
  if (!isDeleted) throw notFound('template');
}
