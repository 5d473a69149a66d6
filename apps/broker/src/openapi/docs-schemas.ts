import { escapeHtml } from '@countersign/mail';

/** The members of a JSON Schema that the pages show. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: Schema | boolean;
  examples?: unknown[];
  example?: unknown;
}

interface Body {
  description?: string;
  content?: Record<string, { schema?: Schema; example?: unknown }>;
}

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security?: Record<string, unknown>[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: Body;
  responses: Record<string, Body>;
  'x-permission'?: string;
  'x-sign-in'?: string;
}

const REF = '#/components/schemas/';
const PROBLEM = 'application/problem+json';

/** Text with `code` in backticks. */
export const textWithCode = (text: string): string =>
  escapeHtml(text).replaceAll(/`([^`]+)`/g, (_all, code: string) => `<code>${code}</code>`);

/** The body of the request, each successful answer with its schema, and the codes of refusals. */
export function bodiesOf({ requestBody, responses }: Operation): string {
  const answers = Object.entries(responses);
  const isProblem = ({ content }: Body) => content !== undefined && PROBLEM in content;
  const problems = answers.filter(([, body]) => isProblem(body));
  return [
    requestBody === undefined ? '' : `<h3>Body</h3>${contentOf(requestBody)}`,
    ...answers
      .filter(([, body]) => !isProblem(body))
      .map(
        ([status, body]) =>
          `<h3>Answer ${escapeHtml(status)}</h3><p>${textWithCode(body.description ?? '')}</p>${contentOf(body)}`,
      ),
    problems.length === 0
      ? ''
      : `<details><summary>Refusals</summary><dl>${problems
          .map(([status, { description = '' }]) => `<dt>${status}</dt><dd>${textWithCode(description)}</dd>`)
          .join('')}</dl></details>`,
  ].join('\n');
}

const contentOf = ({ content = {} }: Body): string =>
  Object.entries(content)
    .map(
      ([type, { schema = {}, example }]) =>
        `<p><code>${escapeHtml(type)}</code>: ${typeOf(schema)}</p>${membersOf(schema)}${exampleOf(example)}`,
    )
    .join('');

/** One named schema. */
export const schemaSection = (id: string, schema: Schema): string =>
  `<section class="schema" aria-labelledby="schema-${id}"><h3 id="schema-${id}">${escapeHtml(id)}</h3><p>${textWithCode(schema.description ?? '')}</p>${schema.properties === undefined ? `<p>${typeOf(schema)}</p>` : ''}${membersOf(schema)}${exampleOf(schema.examples?.[0] ?? schema.example)}</section>`;

function membersOf({ properties, required = [] }: Schema): string {
  if (properties === undefined) return '';
  const lines = Object.entries(properties).map(
    ([name, schema]) =>
      `<dt><code>${escapeHtml(name)}</code> <span class="soft">${typeOf(schema)}${required.includes(name) ? '' : ', optional'}</span></dt><dd>${textWithCode(schema.description ?? '')}${membersOf(schema)}${schema.items === undefined ? '' : membersOf(schema.items)}</dd>`,
  );
  return `<dl>${lines.join('')}</dl>`;
}

const exampleOf = (example: unknown): string =>
  example === undefined
    ? ''
    : `<details><summary>Example</summary><pre>${escapeHtml(JSON.stringify(example, null, 2))}</pre></details>`;

/** A type in words, with a link to each named schema. */
function typeOf(schema: Schema): string {
  const named = idOf(schema);
  if (named !== undefined) return `<a href="#schema-${named}">${escapeHtml(named)}</a>`;
  if (schema.const !== undefined) return `<code>${escapeHtml(JSON.stringify(schema.const))}</code>`;
  if (schema.enum !== undefined)
    return schema.enum.map((each) => `<code>${escapeHtml(JSON.stringify(each))}</code>`).join(' or ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return [...new Set(choices.map(typeOf))].join(' or ');
  if (schema.allOf !== undefined) return [...new Set(schema.allOf.map(typeOf))].join(' and ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  const type = [schema.type ?? 'anything'].flat().join(' or ');
  return escapeHtml(schema.format === undefined ? type : `${type} (${schema.format})`);
}

const idOf = ({ $ref }: Schema): string | undefined =>
  $ref?.startsWith(REF) === true ? $ref.slice(REF.length) : undefined;

/** The named schemas that these operations use, and those that they use in turn, sorted by name. The schema of refusals is left out: every refusal has it. */
export function schemasOf(operations: readonly Operation[], schemas: Record<string, Schema>): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const id = idOf(value as Schema);
    if (id !== undefined && !found.has(id)) {
      found.add(id);
      visit(schemas[id]);
    }
    for (const each of Object.values(value)) visit(each);
  };
  for (const { requestBody, responses } of operations) {
    visit(requestBody);
    for (const { content = {} } of Object.values(responses))
      for (const [type, media] of Object.entries(content)) if (type !== PROBLEM) visit(media.schema);
  }
  return [...found].sort();
}
