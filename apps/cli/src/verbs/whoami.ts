import { meShape } from '../api/shapes.js';
import type { Answer, Context } from '../runtime/context.js';
import { facts } from '../text/table.js';

export async function whoami(context: Context): Promise<Answer> {
  const api = context.api();
  const me = await api.call('/api/v1/whoami', meShape);
  return {
    document: me,
    text: facts([
      ['name', `${me.name} <${me.email}>`],
      ['person', me.person],
      ['side', me.tenant === null ? 'vendor' : `customer ${me.tenant}`],
      ['roles', me.roles.join(', ')],
      ['broker', api.origin],
    ]),
  };
}
