import { exampleOf } from '../../../apps/broker/src/openapi/examples.js';
import { pick, type Random } from '../randomness.js';

type Json = Record<string, unknown>;

type Parameter = {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: Json;
  example?: unknown;
};

export type DescribedOperation = {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Json }> };
};

export type DescribedApi = {
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Record<string, Json> };
};

/** One call, before the caller's credentials are added. */
export type RandomCall = {
  path: string;
  query: string;
  headers: Record<string, string>;
  type: string | null;
  /** Undefined for none. A text or bytes are sent as they are, anything else as the content type says. */
  body: unknown;
};

const DEEP = JSON.parse(`${'['.repeat(500)}1${']'.repeat(500)}`) as unknown;

/** Values that programs often mistake for what they expect. */
const HOSTILE: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, 2 ** 53, [], {}, [null], [[]], DEEP],
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    '\udfff',
    '\u202e',
    '💥',
    'x'.repeat(70_000),
    'null',
    '{id}',
    '..',
    '../..',
  ],
  ...["' OR 1=1 --", '%00', '%', '-', '*', '**', '[object Object]', '__proto__', 'constructor', 'toString'],
  ...[
    '9999-12-31T23:59:59Z',
    '0000-00-00T00:00:00Z',
    '2026-02-30',
    '2026-13-01T00:00:00.000Z',
    'P9999999Y',
    'PT0S',
  ],
  ...[
    JSON.parse('{"__proto__":{"admin":true}}'),
    { length: -1 },
    { toString: 1 },
    JSON.parse('{"then":1}'),
    [1, 'a', null],
  ],
];
const NAMES = ['__proto__', 'constructor', 'toString', '', '\0', 'id', 'tenant', 'admin', 'then', 'length'];
const CHARACTERS = [
  '\0',
  '-',
  '_',
  '.',
  '/',
  '%',
  'A',
  '0',
  ' ',
  '\n',
  'é',
  '\ud800',
  '💥',
  '\u202e',
  '"',
  ':',
];
const ID = /^([a-z]{3})_[0-9a-f-]{36}$/;

/**
 * Makes calls of the operations that an OpenAPI document describes: as described, and a little beside it. Most parts of a call are
 * valid, so that it comes far before a check refuses it.
 */
export class RandomCalls {
  /** @param ids of objects that exist; a parameter or member that is an id has one of its kind, or none that exists */
  constructor(
    private readonly document: DescribedApi,
    private readonly random: Random,
    private readonly ids: readonly string[],
  ) {}

  /** @param like a body that the operation accepts, if the document describes its members only loosely */
  callOf(method: string, path: string, like?: unknown): RandomCall {
    const operation = this.document.paths[path]?.[method.toLowerCase()] ?? {};
    const parameters = operation.parameters ?? [];
    const target = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      this.segment(parameters.find((each) => each.in === 'path' && each.name === name)),
    );
    const [type = null] = Object.keys(operation.requestBody?.content ?? {});
    const schema = operation.requestBody?.content[type ?? '']?.schema;
    const described = like === undefined ? this.value(schema ?? {}) : this.altered(like);
    const { body, sent } =
      schema === undefined ? { body: undefined, sent: null } : this.bodyOf(described, type);
    return {
      path: target,
      query: this.queryOf(parameters),
      headers: this.headersOf(parameters),
      type: sent,
      body,
    };
  }

  private isRare(one = 12): boolean {
    return this.random(one) === 0;
  }

  private pick<T>(items: readonly T[]): T {
    return pick(this.random, items);
  }

  private bodyOf(value: unknown, type: string | null): { body: unknown; sent: string | null } {
    if (this.isRare(30)) return { body: undefined, sent: type };
    if (this.isRare(30))
      return { body: value, sent: this.pick(['text/plain', 'application/xml', '', 'a/b; charset=utf-16']) };
    const text = JSON.stringify(value) ?? '';
    if (this.isRare(30)) return { body: text.slice(0, this.random(text.length + 1)), sent: type };
    if (this.isRare(40)) return { body: Buffer.from([0xff, 0xfe, this.random(256), 0x7b]), sent: type };
    if (this.isRare(40)) return { body: text.replace('{', '{"a":1,"a":2,'), sent: type };
    return { body: value, sent: type };
  }

  private segment(parameter: Parameter | undefined): string {
    const text = this.isRare(10)
      ? plainText(this.pick(HOSTILE)).slice(0, 2_000)
      : this.text(String(parameter?.example ?? 'x'));
    // `fetch` removes `.` and `..`, and cannot write a lone surrogate.
    return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd')).replace(/^\.{0,2}$/, 'x');
  }

  private queryOf(parameters: readonly Parameter[]): string {
    const query = new URLSearchParams();
    for (const { name, required, schema, example, ...each } of parameters) {
      if (each.in !== 'query' || (!required && this.random(3) > 0) || (required && this.isRare())) continue;
      const value = this.isRare(4) ? this.pick(HOSTILE) : this.isRare(2) ? example : this.value(schema, name);
      query.append(name, plainText(value).slice(0, 3_000));
      if (this.isRare(20)) query.append(name, 'again');
    }
    if (this.isRare(20)) query.append(this.pick(NAMES), 'x');
    return query.toString();
  }

  private headersOf(parameters: readonly Parameter[]): Record<string, string> {
    const wanted = parameters.filter((each) => each.in === 'header' && this.random(3) === 0);
    return Object.fromEntries(
      wanted.map(({ name, example }) => [name, `${String(example)}${this.random(1_000)}`]),
    );
  }

  /** A value as the schema describes it, mostly. */
  private value(schema: Json, name = ''): unknown {
    if (this.isRare(25)) return this.pick(HOSTILE);
    const { schemas } = this.document.components;
    const { $ref, anyOf, oneOf, allOf, type, enum: choices } = schema as Record<string, Json[] | undefined>;
    if (typeof $ref === 'string')
      return this.value(schemas[String($ref).split('/').at(-1) ?? ''] ?? {}, name);
    if (allOf !== undefined) return Object.assign({}, ...allOf.map((each) => this.value(each, name)));
    const either = anyOf ?? oneOf;
    if (either !== undefined) return this.value(this.pick(either), name);
    if (choices !== undefined) return this.pick(choices);
    switch ([type].flat()[0] as unknown) {
      case 'object':
        return this.object(schema);
      case 'array':
        return this.array(schema, name);
      case 'string':
        return this.text(String(exampleOf(schema, schemas, name)));
      case 'integer':
      case 'number':
        return this.isRare(3)
          ? this.pick([0, -1, 1.5, 2 ** 31, 2 ** 53, 1e21])
          : exampleOf(schema, schemas, name);
      case 'boolean':
        return this.random(2) === 0;
      case 'null':
        return null;
      default:
        return this.isRare(2) ? exampleOf(schema, schemas, name) : this.pick(HOSTILE);
    }
  }

  private object(schema: Json): unknown {
    const properties = (schema['properties'] ?? {}) as Record<string, Json>;
    const required = new Set((schema['required'] ?? []) as string[]);
    const others = schema['additionalProperties'];
    const members: [string, unknown][] = [];
    for (const [name, each] of Object.entries(properties))
      if (required.has(name) ? !this.isRare(30) : this.random(2) === 0)
        members.push([name, this.value(each, name)]);
    if (typeof others === 'object' && others !== null && this.random(2) === 0)
      members.push([this.pick([...NAMES, 'acme', 'billing']), this.value(others as Json)]);
    if (this.isRare(25)) members.push([this.pick(NAMES), this.pick(HOSTILE)]);
    return objectOf(members);
  }

  private array(schema: Json, name: string): unknown {
    const tuple = schema['prefixItems'] as Json[] | undefined;
    if (tuple !== undefined) return tuple.map((each) => this.value(each, name));
    const count = this.isRare(40) ? 1_500 : this.random(3);
    return Array.from({ length: count }, () => this.value((schema['items'] ?? {}) as Json, name));
  }

  /** The text, an id that exists in place of an id, or a text that is almost the same. */
  private text(example: string): string {
    const kind = ID.exec(example)?.[1];
    const known = this.ids.filter((id) => id.startsWith(`${kind}_`));
    const text = known.length > 0 && !this.isRare(6) ? this.pick(known) : example;
    if (!this.isRare(5)) return text;
    const at = this.random(text.length + 1);
    return this.pick([
      text.slice(0, at),
      text + text,
      text.toUpperCase(),
      text.slice(0, at) + this.pick(CHARACTERS) + text.slice(at),
      text.slice(0, at) + this.pick(CHARACTERS) + text.slice(at + 1),
    ]);
  }

  /** A copy of a valid value in which a few members differ. */
  private altered(value: unknown): unknown {
    if (this.isRare(25)) return this.pick(HOSTILE);
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.isRare(6) ? this.pick([0, -1, 1.5, 2 ** 53]) : value;
    if (Array.isArray(value)) return value.map((each) => this.altered(each));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).flatMap(([name, each]): [string, unknown][] =>
      this.isRare(30) ? [] : [[name, this.altered(each)]],
    );
    if (this.isRare(25)) members.push([this.pick(NAMES), this.pick(HOSTILE)]);
    return objectOf(members);
  }
}

/** A value as an address or a form has it. */
export const plainText = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Also with a member that is named `__proto__`. */
function objectOf(members: readonly [string, unknown][]): Json {
  const object: Json = {};
  for (const [name, value] of members)
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  return object;
}
