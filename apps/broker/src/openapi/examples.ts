/** A JSON Schema as zod writes it, or the value of one of its keywords. */
type Json = Record<string, unknown>;
/** The schemas that have names. */
export type Schemas = Readonly<Record<string, Json>>;

const REF = '#/components/schemas/';
const UUID = '0199f0a0-7b2c-7001-8000-000000000001';
const INSTANT = '2026-11-24T15:00:00Z';
const HEX = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
/** 32 bytes in base64url, as keys, salts and nonces have; and in base64, as roots have. */
const KEY_BYTES = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
const ROOT = `${KEY_BYTES.replaceAll('_', '/')}=`;

const OF_FORMAT: Readonly<Record<string, string>> = {
  'date-time': INSTANT,
  date: '2026-11-24',
  email: 'ada@acme.example',
  uri: 'https://countersign.example/requests',
  uuid: UUID,
};

/** Examples of texts, by the name of their member. */
const OF_NAME: Readonly<Record<string, string>> = {
  address: 'ada@acme.example',
  email: 'ada@acme.example',
  userName: 'ada@acme.example',
  tenant: 'acme',
  tenants: 'acme',
  service: 'billing',
  services: 'billing',
  resource: 'invoices/8812',
  actions: 'read',
  action: 'read',
  digest: `sha256:${HEX}`,
  stop: `sha256:${HEX}`,
  duration: 'PT30M',
  maxDuration: 'PT30M',
  ttl: 'P30D',
  justification: 'The customer reports a wrong total on invoice 8812.',
  reason: 'The customer reports a wrong total on invoice 8812.',
  ticket: 'CASE-4712',
  method: 'GET',
  path: '/tenants/acme/invoices/8812',
  route: '/tenants/{tenant}/invoices/{id}',
  root: ROOT,
  salt: KEY_BYTES,
  origin: 'https://countersign.example',
  origins: 'https://countersign.example',
  rpId: 'countersign.example',
  url: 'https://hooks.acme.example/countersign',
  location: 'https://countersign.example/inbox',
  link: `https://countersign.example/requests/req_${UUID}`,
  person: `usr_${UUID}`,
  name: 'Ada Moreau',
  displayName: 'Ada Moreau',
  request: `req_${UUID}`,
  requester: `usr_${UUID}`,
  grant: `grt_${UUID}`,
  gateway: `gtw_${UUID}`,
  at: INSTANT,
  since: INSTANT,
  by: `usr_${UUID}`,
  value: 'The customer reports a wrong total on invoice 8812.',
};

const NUMBER_OF_NAME: Readonly<Record<string, number>> = { seconds: 1_800, status: 200, size: 4_712 };

/** Sample texts. For each pattern in this API, at least one of them fits. */
function textsFor(pattern = ''): string[] {
  const id = /^\^([a-z]{3})_/.exec(pattern);
  return [
    ...(id === null ? [] : [`${id[1]}_${UUID}`]),
    INSTANT,
    `sha256:${HEX}`,
    `c1:${KEY_BYTES}`,
    HEX,
    KEY_BYTES,
    ROOT,
    `${KEY_BYTES}${KEY_BYTES}`.slice(0, 86),
    '1',
    '2026-11-24',
    '2026-H1',
    '09:00',
    'acme',
    'PT30M',
    'DE',
    'cGFzc2tleS0x',
  ];
}

/**
 * Makes an example of a schema: the first choice of each enumeration, and for texts the sample of the member's name, or one that fits
 * the pattern. The same schema always gives the same example.
 *
 * @param name of the member that holds it
 */
export function exampleOf(schema: Json, schemas: Schemas, name = ''): unknown {
  const examples = schema['examples'];
  if (Array.isArray(examples)) return examples[0];
  for (const keyword of ['const', 'default', 'example']) if (keyword in schema) return schema[keyword];
  if (typeof schema['$ref'] === 'string')
    return exampleOf(schemas[schema['$ref'].slice(REF.length)] ?? {}, schemas, name);
  const choices = (schema['anyOf'] ?? schema['oneOf']) as Json[] | undefined;
  const [choice] = (choices ?? []).filter((each) => each['type'] !== 'null');
  if (choice !== undefined) return exampleOf(choice, schemas, name);
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  const [type] = [schema['type']].flat();
  return EXAMPLES[String(type)]?.(schema, schemas, name) ?? null;
}

const EXAMPLES: Readonly<Record<string, (schema: Json, schemas: Schemas, name: string) => unknown>> = {
  object: exampleObject,
  array: (schema, schemas, name) => {
    const items = schema['items'] as Json | undefined;
    const tuple = schema['prefixItems'] as Json[] | undefined;
    if (tuple !== undefined) return tuple.map((each) => exampleOf(each, schemas, name));
    return items === undefined ? [] : [exampleOf(items, schemas, name)];
  },
  string: exampleText,
  integer: exampleNumber,
  number: exampleNumber,
  boolean: () => true,
};

function exampleObject(schema: Json, schemas: Schemas, name: string): Json {
  const properties = (schema['properties'] ?? {}) as Record<string, Json>;
  const needed = new Set((schema['required'] ?? []) as string[]);
  const entries = Object.entries(properties).filter(([key]) => needed.has(key));
  const others = schema['additionalProperties'] as Json | boolean | undefined;
  const isMap = entries.length === 0 && typeof others === 'object' && Object.keys(others).length > 0;
  if (isMap) return { acme: exampleOf(others, schemas, name) };
  return Object.fromEntries(entries.map(([key, value]) => [key, exampleOf(value, schemas, key)]));
}

function exampleText(schema: Json, _schemas: Schemas, name: string): string {
  const { format, pattern, minLength, maxLength } = schema as {
    format?: string;
    pattern?: string;
    minLength?: number;
    maxLength?: number;
  };
  const fits = (text: string) => pattern === undefined || new RegExp(pattern, 'u').test(text);
  const texts = [OF_FORMAT[format ?? ''], OF_NAME[name], ...textsFor(pattern), 'text'];
  const text = texts.find((each) => each !== undefined && fits(each)) ?? 'text';
  return text.padEnd(minLength ?? 0, 'x').slice(0, maxLength);
}

function exampleNumber(schema: Json, _schemas: Schemas, name: string): number {
  const usual = NUMBER_OF_NAME[name];
  if (usual !== undefined) return usual;
  const { minimum, exclusiveMinimum } = schema as { minimum?: number; exclusiveMinimum?: number };
  if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER) return minimum;
  return exclusiveMinimum !== undefined && exclusiveMinimum > Number.MIN_SAFE_INTEGER
    ? exclusiveMinimum + 1
    : 1;
}

/** The same schemas, each with an example of its own. */
export function withExamples(schemas: Schemas): Schemas {
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => [
      id,
      { ...schema, examples: [exampleOf(schema, schemas)] },
    ]),
  );
}
