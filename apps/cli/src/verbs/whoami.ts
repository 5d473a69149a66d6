import { z } from 'zod';
import type { Answer, Context } from '../runtime/context.js';
import { facts } from '../text/table.js';

const meShape = z.looseObject({
  person: z.string(),
  email: z.string(),
  name: z.string(),
  tenant: z.string().nullable(),
  roles: z.array(z.string()),
});

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
