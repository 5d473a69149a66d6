import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.js';

interface Attribute {
  type: string;
  requirement?: 'required' | 'recommended';
  is_array?: true;
  deprecated?: true;
  enum?: string[];
}

interface Definition {
  attributes: Record<string, Attribute>;
  constraints?: { at_least_one?: string[]; just_one?: string[] };
}

interface DataType {
  type?: string;
  regex?: string;
  max_len?: number;
  range?: [number, number];
  values?: unknown[];
}

interface Schema {
  release: string;
  classes: Record<string, Definition & { uid: number; caption: string }>;
  objects: Record<string, Definition>;
  types: Record<string, DataType>;
}

/** The published schema, as an extract of one release (test/vectors/ocsf/README.txt). */
const schema: Schema = JSON.parse(
  readFileSync(join(root, 'test/vectors/ocsf/ocsf-1.8.0.json'), 'utf8'),
) as Schema;

type Members = Record<string, unknown>;

/**
 * Where an event breaks the published schema: an attribute that its class or object does not have, one that is missing
 * although it is required, a value of another type or outside of its list, a broken constraint. Empty if it is valid.
 */
export function ocsfProblems(event: unknown): string[] {
  if (!isObject(event)) return ['an event is an object'];
  const found = Object.values(schema.classes).find(({ uid }) => uid === event['class_uid']);
  if (found === undefined) return [`no class ${String(event['class_uid'])}`];
  const problems = checkDefinition(found, event, '');
  const { activity_id: activity, type_uid: type, class_name: name, metadata } = event;
  if (type !== found.uid * 100 + Number(activity))
    problems.push('type_uid is not class_uid * 100 + activity_id');
  if (name !== found.caption) problems.push(`class_name is not ${found.caption}`);
  if (isObject(metadata) && metadata['version'] !== schema.release)
    problems.push(`metadata.version is not ${schema.release}`);
  return problems;
}

function checkDefinition({ attributes, constraints }: Definition, value: Members, at: string): string[] {
  const problems: string[] = [];
  for (const [name, attribute] of Object.entries(attributes))
    if (attribute.requirement === 'required' && value[name] === undefined)
      problems.push(`${at}/${name} is required`);
  for (const [name, member] of Object.entries(value)) {
    const attribute = attributes[name];
    if (attribute === undefined) problems.push(`${at}/${name} is not in the schema`);
    else if (attribute.deprecated === true) problems.push(`${at}/${name} is deprecated`);
    else problems.push(...checkAttribute(attribute, member, `${at}/${name}`));
  }
  const present = (names: readonly string[]) => names.filter((name) => value[name] !== undefined).length;
  if (constraints?.at_least_one !== undefined && present(constraints.at_least_one) === 0)
    problems.push(`${at} has none of ${constraints.at_least_one.join()}`);
  if (constraints?.just_one !== undefined && present(constraints.just_one) !== 1)
    problems.push(`${at} has not just one of ${constraints.just_one.join()}`);
  return problems;
}

function checkAttribute(attribute: Attribute, value: unknown, at: string): string[] {
  if (attribute.is_array !== true) return checkValue(attribute, value, at);
  if (!Array.isArray(value)) return [`${at} is no array`];
  return value.flatMap((each, index) => checkValue(attribute, each, `${at}/${index}`));
}

function checkValue({ type, enum: values }: Attribute, value: unknown, at: string): string[] {
  if (values !== undefined && !values.includes(String(value)))
    return [`${at} is not one of ${values.join()}`];
  if (type === 'object') return isObject(value) ? [] : [`${at} is no object`];
  const object = schema.objects[type];
  if (object !== undefined)
    return isObject(value) ? checkDefinition(object, value, at) : [`${at} is no object`];
  const dataType = schema.types[type];
  if (dataType === undefined) return [`${at}: ${type} is not in the extract`];
  return isOfType(type, dataType, value) ? [] : [`${at} is no ${type}`];
}

function isOfType(
  name: string,
  { type, regex, max_len: longest, range, values }: DataType,
  value: unknown,
): boolean {
  if (values !== undefined) return values.includes(value);
  const base = type ?? name;
  if (base === 'json_t') return true;
  if (base === 'integer_t' || base === 'long_t')
    return (
      Number.isSafeInteger(value) &&
      (range === undefined || (Number(value) >= range[0] && Number(value) <= range[1]))
    );
  if (base !== 'string_t' || typeof value !== 'string') return false;
  return (regex === undefined || new RegExp(regex).test(value)) && value.length <= (longest ?? Infinity);
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
