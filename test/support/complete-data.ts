import { type Form, leafForm } from '../../libs/audit-log/src/leaf-form.js';

/** The data of a leaf of this type, with some value for each member that it lacks: a leaf without is refused before anything else. */
export function completeData(type: string, data: Record<string, unknown>): Record<string, unknown> {
  const form = leafForm(type)?.data;
  return form === undefined ? data : (complete(form, data) as Record<string, unknown>);
}

function complete(form: Form, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (form.kind === 'nullable') return complete(form.inner, value);
  if (form.kind === 'list' && Array.isArray(value)) return value.map((item) => complete(form.inner, item));
  if (form.kind !== 'members') return value;
  const given = Object.entries(value).map(([name, item]) => {
    const member = form.members.get(name);
    return [name, member === undefined ? item : complete(member.form, item)];
  });
  return { ...(sampleOf(form) as object), ...Object.fromEntries(given) };
}

/** @param all with members that may be absent */
export function sampleOf(form: Form, all = false): unknown {
  switch (form.kind) {
    case 'text':
      return '';
    case 'integer':
      return 0;
    case 'flag':
      return false;
    case 'one':
      return form.values[0];
    case 'nullable':
      return all ? sampleOf(form.inner, all) : null;
    case 'list':
      return all ? [sampleOf(form.inner, all)] : [];
    case 'object':
      return {};
    case 'named':
      return all ? { some: sampleOf(form.inner, all) } : {};
    case 'members': {
      const members = [...form.members].filter(([, { isOptional }]) => all || !isOptional);
      return Object.fromEntries(members.map(([name, { form: inner }]) => [name, sampleOf(inner, all)]));
    }
  }
}
