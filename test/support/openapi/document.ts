type Json = Record<string, unknown>;
type Media = Record<string, { schema: Json }>;

/** The parts of an OpenAPI document that are needed to validate answers. */
export type OpenApiDocument = {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Media }> }>>;
  components: { schemas: Record<string, Json> };
};

export type Operation = OpenApiDocument['paths'][string][string];

/** The operation that a request calls. If several paths match, the one with the fewest parameters wins. */
export function operationOf(document: OpenApiDocument, method: string, path: string): Operation | undefined {
  const asked = path.replace(/(?<=.)\/$/, '');
  const [found] = Object.keys(document.paths)
    .filter((template) => fits(template).test(asked))
    .sort((left, right) => parameters(left) - parameters(right));
  if (found === undefined) return undefined;
  return document.paths[found]?.[method === 'HEAD' ? 'get' : method.toLowerCase()];
}

const patterns = new Map<string, RegExp>();

/** Every answer is compared with every template, so each template is compiled once. */
function fits(template: string): RegExp {
  const pattern =
    patterns.get(template) ??
    new RegExp(`^${template.replace(/\{path\}$/, '.+').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
  patterns.set(template, pattern);
  return pattern;
}

const parameters = (template: string): number => template.split('{').length;

/**
 * The schema in closed form: an object that lists its members has no others. The document itself stays open,
 * so that clients accept new members; a test must not.
 */
export function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema as Json);
  const all = 'allOf' in schema;
  const inner = Object.fromEntries(
    entries.map(([name, value]) => [name, name === 'allOf' ? value : closed(value)]),
  );
  if (all) return { ...inner, unevaluatedProperties: false };
  return 'properties' in schema && !('additionalProperties' in schema)
    ? { ...inner, additionalProperties: false }
    : inner;
}
