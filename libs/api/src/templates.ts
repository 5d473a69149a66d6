import { z } from 'zod';
import { askSchema } from './access-request.js';
import { named } from './components.js';
import { endpoint } from './endpoint.js';
import { idText, instant, scopeInput } from './members.js';

/** Templates of requests: what a person saves for themselves and fills the next request in with. */

/** Every member of a request that stays the same from case to case. */
const repeated = askSchema.omit({
  ...{ startsAt: true, startsOn: true, useBy: true },
  ...{ change: true, shown: true, basis: true, demand: true },
}).shape;

const templateRequest = named(
  'TemplateRequest',
  'The values of a request that a template fills in. It has no times, no emergency and no exact change.',
  z.strictObject({
    ...repeated,
    tenant: repeated.tenant.exactOptional().describe('Absent: the customer is chosen each time.'),
    scope: scopeInput.max(20),
  }),
);

const MAX_TEMPLATE_NAME = 80;

const templateBody = named(
  'NewTemplate',
  'A request to save under a name.',
  z.strictObject({
    name: z
      .string()
      .min(1)
      .max(MAX_TEMPLATE_NAME)
      .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'Text of one line')
      .describe('What the person calls it. Names that differ only in case are one.'),
    request: templateRequest,
  }),
);
export type NewTemplate = z.infer<typeof templateBody>;

const templateSchema = named(
  'Template',
  'A request that the caller has saved under a name.',
  z.object({
    id: idText('tpl', 'The template.'),
    name: z.string(),
    request: templateRequest,
    savedAt: instant(),
  }),
);
export type Template = z.infer<typeof templateSchema>;

export const templateEndpoints = {
  list: endpoint({
    route: 'GET /api/v1/templates',
    callers: { people: 'self.read' },
    summary: 'List one’s own templates of requests',
    description: 'By name. No one else can read them.',
    answer: {
      status: 200,
      description: 'All of them.',
      schema: named('TemplateList', 'Templates of the caller.', z.object({ items: z.array(templateSchema) })),
    },
  }),
  save: endpoint({
    route: 'POST /api/v1/templates',
    callers: { people: 'template.save' },
    summary: 'Save a template of a request',
    description:
      'One of the same name is replaced. At most 50 for each person. A template allows nothing: what it fills in is evaluated when it is requested.',
    body: { schema: templateBody },
    answer: { status: 201, description: 'The template.', schema: templateSchema },
    errors: ['conflict'],
  }),
  remove: endpoint({
    route: 'DELETE /api/v1/templates/{id}',
    callers: { people: 'template.delete' },
    summary: 'Delete one of one’s own templates',
    description: 'Requests that it filled in stay as they are.',
    answer: { status: 204, description: 'It is deleted.' },
    errors: ['not_found'],
  }),
};
