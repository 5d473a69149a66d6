import { SCIM_LIMITS } from '@countersign/access';
import { SCIM_SCHEMAS } from '@countersign/api';
import { ScimError as PatchError, type ScimPatchOperation, scimPatch } from 'scim-patch';
import { ScimError } from './scim-error.js';
import { isJsonObject, type JsonObject } from './scim-request.js';

const MOST_OPERATIONS = 1_000;
const OPERATIONS: ReadonlySet<string> = new Set(['add', 'replace', 'remove']);
const MEMBER = /^members\[\s*value\s+eq\s+"([^"\\]{1,128})"\s*\]$/i;

/** What of a resource a client may change: each member in its own spelling, by its lower-case path. */
export type Changeable = ReadonlyMap<string, string>;

export const changeable = (...paths: string[]): Changeable =>
  new Map(paths.map((path) => [path.toLowerCase(), path]));

/**
 * Applies a PATCH (RFC 7644 §3.5.2). Only paths in the list reach the library that applies it. Others name attributes
 * that are not kept here, and have no effect, as RFC 7644 §3.3 says of a POST; names are matched without regard to case.
 *
 * @param resource plain data with the changeable members alone; it is not modified
 * @throws ScimError
 */
export function applyPatch(resource: JsonObject, body: JsonObject, paths: Changeable): JsonObject {
  const { schemas, Operations: operations } = body;
  if (!Array.isArray(schemas) || !schemas.includes(SCIM_SCHEMAS.patchOp))
    throw new ScimError('invalidSyntax', `The body’s schema must be ${SCIM_SCHEMAS.patchOp}.`);
  if (!Array.isArray(operations) || operations.length === 0 || operations.length > MOST_OPERATIONS)
    throw new ScimError('invalidSyntax', `Operations is a list of 1 to ${MOST_OPERATIONS}.`);
  const known = operations.flatMap((operation) => readOperation(operation, paths));
  requireFew(known);
  try {
    const copy = structuredClone(resource) as unknown as Parameters<typeof scimPatch>[0];
    return scimPatch(copy, known, { mutateDocument: true, treatMissingAsAdd: true }) as unknown as JsonObject;
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw new ScimError(
      error.scimCode === 'noTarget' ? 'noTarget' : 'invalidValue',
      'This change is not possible.',
    );
  }
}

/** The library compares each value of a list with all others. @throws ScimError */
function requireFew(operations: readonly ScimPatchOperation[]): void {
  const values = operations.flatMap((operation) => ('value' in operation ? [operation.value] : []));
  const count = values.reduce((sum, value) => sum + (Array.isArray(value) ? value.length : 0), 0);
  if (count > SCIM_LIMITS.members)
    throw new ScimError(
      'invalidValue',
      `A request names at most ${SCIM_LIMITS.members} members. Send more requests.`,
    );
}

/** The operation with known paths in their own spelling; nothing if it changes nothing that is kept here. */
function readOperation(operation: unknown, paths: Changeable): ScimPatchOperation[] {
  if (!isJsonObject(operation)) throw new ScimError('invalidSyntax', 'An operation is a JSON object.');
  const { op: verb, path: place, value } = operation;
  const op = typeof verb === 'string' ? verb.toLowerCase() : '';
  if (!OPERATIONS.has(op)) throw new ScimError('invalidSyntax', 'An operation is add, replace or remove.');
  if (place === undefined) {
    if (op === 'remove') throw new ScimError('noTarget', 'An operation that removes names its path.');
    if (!isJsonObject(value))
      throw new ScimError('invalidValue', 'An operation without a path has an object as value.');
    return Object.entries(value).flatMap(([name, each]) => at(op, name, each, paths));
  }
  if (typeof place !== 'string') throw new ScimError('invalidPath', 'A path is text.');
  if (op !== 'remove' && value === undefined)
    throw new ScimError('invalidValue', 'An operation that adds or replaces has a value.');
  return at(op, place, value, paths);
}

function at(op: string, place: string, value: unknown, paths: Changeable): ScimPatchOperation[] {
  const path = place.replace(/^urn:ietf:params:scim:schemas:core:2\.0:(User|Group):/i, '');
  const member = paths.has('members') ? MEMBER.exec(path)?.[1] : undefined;
  if (member !== undefined && op === 'remove')
    return [{ op: 'remove', path: `members[value eq "${member}"]` }];
  const known = paths.get(path.toLowerCase());
  if (known === undefined) return nested(op, path, value, paths);
  const readableValue = known === 'members' ? membersOf(value) : value;
  return [
    {
      op,
      path: known,
      ...(readableValue === undefined ? {} : { value: readableValue }),
    } as ScimPatchOperation,
  ];
}

/** An object for a path whose members are kept one by one, such as `name`. */
function nested(op: string, path: string, value: unknown, paths: Changeable): ScimPatchOperation[] {
  const prefix = `${path.toLowerCase()}.`;
  const own = [...paths.values()].filter((each) => each.toLowerCase().startsWith(prefix));
  if (op === 'remove') return own.map((each) => ({ op: 'remove', path: each }));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    paths.has(`${prefix}${name.toLowerCase()}`) ? at(op, `${path}.${name}`, each, paths) : [],
  );
}

/** Members by their value alone: clients send names and addresses beside it, or leave them out. */
function membersOf(value: unknown): { value: string }[] | undefined {
  if (value === undefined) return undefined;
  return [value].flat().map((each: unknown) => {
    const id = isJsonObject(each) ? each['value'] : each;
    if (typeof id !== 'string')
      throw new ScimError('invalidValue', 'A member has a value, the id of a user.');
    return { value: id };
  });
}
