import { decodeStrictUtf8, readStrictJsonText } from '../encoding/strict-json.js';
import { ContractError } from '../errors.js';
import { segmentOf } from '../resource/segment.js';
import { fieldNames } from './masked-fields.js';
import { OPERATION_NAME, OPERATION_SHA256 } from './persisted-operation.js';

/** The persisted operation that a call names, and its variables. */
export interface OperationCall {
  readonly sha256: string;
  /** The call's `operationName`. */
  readonly operation: string | undefined;
  /**
   * The value of one variable as a segment of a resource. Undefined unless it is a text that a segment may hold, or a whole number in
   * its plain spelling: readers of JSON disagree on what `1e3`, `-0` and `9007199254740993` are.
   */
  variable(pointer: string): string | undefined;
  /** Every text in the call: names and values of variables, at any depth. */
  texts(): Iterable<string>;
}

/** Why a request does not name one persisted operation. `detail` says what to send. It never repeats the request. */
export type UnreadOperation = { reason: OperationReason; detail: string };

export type OperationReason =
  /** The request contains the text of a query. */
  | 'ad_hoc_query'
  | 'batch'
  | 'content_type'
  | 'too_large'
  | 'malformed'
  | 'no_operation'
  /** A variable that names the tenant or the resource is missing, or has more than one reading. */
  | 'variable';

/** The parts of a request that can name an operation. `body` is undefined if it has none, or could not be read whole. */
export type OperationRequest = {
  method: string;
  /** With the leading `?`, or empty. */
  query: string;
  headerValues(name: string): readonly string[];
  body: Uint8Array | undefined;
};

/** The longest body that names an operation, in bytes. */
const MAX_OPERATION_BODY = 262_144;

/** The query parameters of an operation that comes with GET. */
export const OPERATION_PARAMETERS: ReadonlySet<string> = new Set([
  'documentId',
  'operationName',
  'variables',
  'extensions',
]);

const JSON_TYPE = /^application\/json(?:[\t ]*;[\t ]*charset=(?:utf-8|"utf-8"))?$/i;
const PREFIX = 'sha256:';

class Unread extends Error {
  constructor(readonly unread: UnreadOperation) {
    super(unread.detail);
  }
}

/**
 * Reads the operation that a request names: by `extensions.persistedQuery` (Apollo) or by `documentId: "sha256:…"` (GraphQL over HTTP,
 * appendix A), in the JSON body of a POST or in the query parameters of a GET. It accepts only what every server reads alike: one strict
 * JSON object in UTF-8, only known members, one of the two forms, and no `query` beside it.
 */
export function readOperation(request: OperationRequest): OperationCall | UnreadOperation {
  try {
    const members = request.method === 'POST' ? membersOfBody(request) : membersOfQuery(request.query);
    return operationOf(members);
  } catch (error) {
    if (error instanceof Unread) return error.unread;
    if (error instanceof ContractError)
      return { reason: 'malformed', detail: `a part of the call ${plain(error)}` };
    throw error;
  }
}

/** `The JSON is nested deeper than 64.` → `is nested deeper than 64` */
const plain = ({ message }: ContractError): string => message.replace(/^The JSON /, '').replace(/\.$/, '');

function unread(reason: OperationReason, detail: string): never {
  throw new Unread({ reason, detail });
}

const requireMembers = (holds: boolean, detail: string): void => {
  if (!holds) unread('malformed', detail);
};

/**
 * JSON as it is spelled: a text has `$` before it, a number is the text of its digits with `#` before it. Members have their names with
 * `$` before them.
 */
type Spelled = string | boolean | null | Spelled[] | { [name: string]: Spelled };

const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9.eE+-]*/gs;

function readSpelled(text: string): Spelled {
  readStrictJsonText(text);
  const spelled = text.replace(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') ? `"$${token.slice(1)}` : `"#${token}"`,
  );
  return JSON.parse(spelled) as Spelled;
}

type Members = { [name: string]: Spelled };

const isObject = (value: Spelled | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: Spelled | undefined): string | undefined =>
  typeof value === 'string' && value.startsWith('$') ? value.slice(1) : undefined;

function membersOfBody({ headerValues, body }: OperationRequest): Members {
  if (headerValues('content-encoding').length > 0)
    unread('content_type', 'send the body without Content-Encoding: the gateway reads it');
  const types = headerValues('content-type');
  if (types.length !== 1 || !JSON_TYPE.test(types[0] ?? ''))
    unread('content_type', 'send the operation as Content-Type: application/json, in UTF-8');
  if (body === undefined || body.length > MAX_OPERATION_BODY)
    unread('too_large', `send a body of at most ${MAX_OPERATION_BODY} bytes`);
  const value = readSpelled(decodeStrictUtf8(body));
  if (Array.isArray(value)) unread('batch', 'send one operation a call: a batch is not passed on');
  if (!isObject(value)) unread('malformed', 'send a JSON object');
  return value;
}

/** A raw `+` is refused: a form reads it as a space, and other readers of a URL as a plus. */
function membersOfQuery(query: string): Members {
  const members: Members = {};
  for (const pair of query.slice(1).split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decoded(at === -1 ? pair : pair.slice(0, at));
    if (name === 'query') refuseAdHoc();
    if (!OPERATION_PARAMETERS.has(name)) continue;
    requireMembers(!Object.hasOwn(members, `$${name}`), `give ${name} once`);
    requireMembers(!pair.includes('+'), `write a space in ${name} as %20, and a plus as %2B`);
    const value = at === -1 ? '' : decoded(pair.slice(at + 1));
    const isJson = name === 'variables' || name === 'extensions';
    members[`$${name}`] = isJson ? readSpelled(value) : `$${value}`;
  }
  return members;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return unread('malformed', 'write percent escapes as two hexadecimal digits each, of UTF-8');
  }
}

function refuseAdHoc(): never {
  return unread(
    'ad_hoc_query',
    'name a listed operation by its hash, without `query`: ad-hoc queries, and the registration of new ones, are not passed on',
  );
}

function operationOf(members: Members): OperationCall {
  if (Object.hasOwn(members, '$query')) refuseAdHoc();
  requireMembers(
    Object.keys(members).every((name) => OPERATION_PARAMETERS.has(name.slice(1))),
    'send no other members than documentId, operationName, variables and extensions',
  );
  const {
    $operationName: name = null,
    $variables: variables = null,
    $extensions: extensions = null,
  } = members;
  const operation = name === null ? undefined : textOf(name);
  requireMembers(
    name === null || (operation !== undefined && OPERATION_NAME.test(operation)),
    'operationName is the name of the operation, or left out',
  );
  if (variables !== null && !isObject(variables)) unread('malformed', 'variables is an object');
  if (extensions !== null && !isObject(extensions)) unread('malformed', 'extensions is an object');
  const sha256 = hashOf(members['$documentId'], extensions ?? {});
  return new ReadOperation(sha256, operation, variables ?? {});
}

function hashOf(documentId: Spelled | undefined, extensions: Members): string {
  requireMembers(
    Object.keys(extensions).every((name) => name === '$persistedQuery' || name === '$clientLibrary'),
    'send no other extensions than persistedQuery and clientLibrary',
  );
  const { $persistedQuery: persisted } = extensions;
  requireMembers(
    documentId === undefined || persisted === undefined,
    'name the operation in one way: documentId or extensions.persistedQuery',
  );
  if (persisted !== undefined) return hashOfPersistedQuery(persisted);
  if (documentId === undefined)
    unread(
      'no_operation',
      'name the operation: documentId "sha256:…", or extensions.persistedQuery with version 1 and sha256Hash',
    );
  const id = textOf(documentId);
  const sha256 = id?.startsWith(PREFIX) ? id.slice(PREFIX.length) : '';
  requireMembers(OPERATION_SHA256.test(sha256), 'documentId is sha256: and 64 digits of lower-case hex');
  return sha256;
}

function hashOfPersistedQuery(persisted: Spelled): string {
  const { $version: version, $sha256Hash: hash, ...others } = isObject(persisted) ? persisted : {};
  const sha256 = textOf(hash) ?? '';
  requireMembers(
    version === '#1' && OPERATION_SHA256.test(sha256) && Object.keys(others).length === 0,
    'extensions.persistedQuery has version 1 and sha256Hash, 64 digits of lower-case hex',
  );
  return sha256;
}

const WHOLE_NUMBER = /^#(?:0|-?[1-9][0-9]*)$/;

class ReadOperation implements OperationCall {
  constructor(
    readonly sha256: string,
    readonly operation: string | undefined,
    readonly variables: Members,
  ) {}

  variable(pointer: string): string | undefined {
    let value: Spelled | undefined = this.variables;
    for (const name of fieldNames(pointer)) {
      if (!isObject(value) || !Object.hasOwn(value, `$${name}`)) return undefined;
      value = value[`$${name}`];
    }
    if (typeof value !== 'string') return undefined;
    if (value.startsWith('$')) return segmentOf(value.slice(1));
    const isExact = WHOLE_NUMBER.test(value) && Number.isSafeInteger(Number(value.slice(1)));
    return isExact ? value.slice(1) : undefined;
  }

  texts(): Iterable<string> {
    return textsIn(this.variables);
  }
}

/** An operation that another process has read: its data arrived from there, and its methods did not. */
export function operationFromProcess(data: OperationCall): OperationCall {
  const { sha256, operation, variables } = data as ReadOperation;
  return new ReadOperation(sha256, operation, variables);
}

function* textsIn(value: Spelled): Generator<string> {
  if (typeof value === 'string') yield value.slice(1);
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item);
  else if (isObject(value))
    for (const [name, member] of Object.entries(value)) {
      yield name.slice(1);
      yield* textsIn(member);
    }
}
