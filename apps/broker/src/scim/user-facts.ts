import { nameText, SCIM_SCHEMAS } from '@countersign/api';
import { isJsonObject, type JsonObject } from './scim-request.js';

/**
 * The SCIM attributes with place and employer: `userType` and the country of the work address (RFC 7643 §4.1), and
 * `organization` of the enterprise extension (§4.3). Here they are three flat members, so that a PATCH path names one of them.
 */
export const FACT_MEMBERS = ['userType', 'organization', 'workCountry'] as const;

const { enterpriseUser } = SCIM_SCHEMAS;
const ORGANIZATION = `${enterpriseUser}:organization`.toLowerCase();
const ADDRESS = /^addresses(?:\[([^\]]*)\])?(?:\.(\w+))?$/i;
const OF_WORK = /^\s*(?:type\s+eq\s+"work"|primary\s+eq\s+"?true"?)\s*$/i;

/** One change of a flat member; undefined as value: it is removed. */
type FlatMember = readonly [name: string, value: unknown];

/**
 * The flat members that an attribute says, whatever its form: `addresses` with a list, `addresses[type eq "work"].country`, the
 * extension as an object, or its attribute by the full name. Undefined if the attribute is none of these.
 */
function flatMembers(path: string, value: unknown): FlatMember[] | undefined {
  const lower = path.toLowerCase();
  if (lower === ORGANIZATION) return [['organization', value]];
  if (lower === enterpriseUser.toLowerCase())
    return isJsonObject(value)
      ? [['organization', memberOf(value, 'organization')]]
      : [['organization', undefined]];
  const [isAddress, filter, part] = ADDRESS.exec(path) ?? [];
  if (isAddress === undefined) return undefined;
  if (filter !== undefined && !OF_WORK.test(filter)) return [];
  if (part !== undefined) return part.toLowerCase() === 'country' ? [['workCountry', value]] : [];
  return [['workCountry', countryOf(value)]];
}

/** The country of the work address, else of the primary one, else of the only one. */
function countryOf(value: unknown): unknown {
  const addresses = [value].flat().filter(isJsonObject);
  const work =
    addresses.find((each) => memberOf(each, 'type') === 'work') ??
    addresses.find((each) => memberOf(each, 'primary') === true) ??
    (addresses.length === 1 ? addresses[0] : undefined);
  return work === undefined ? undefined : memberOf(work, 'country');
}

/** Attribute names are matched without regard to case (RFC 7643 §2.1). */
const memberOf = (object: JsonObject, name: string): unknown =>
  Object.entries(object).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];

/** A user's body with the flat members in place of the nested ones. */
export function withFlatFacts(body: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(body).flatMap(
      ([name, value]): FlatMember[] => flatMembers(name, value) ?? [[name, value]],
    ),
  );
}

/** The operations of a PATCH with the flat members in place of the nested ones. Anything else stays as it is. */
export function withFlatOperations(body: JsonObject): JsonObject {
  const { Operations: operations } = body;
  if (!Array.isArray(operations)) return body;
  return { ...body, Operations: operations.flatMap((each) => flatOperations(each)) };
}

function flatOperations(operation: unknown): unknown[] {
  if (!isJsonObject(operation)) return [operation];
  const { path, value } = operation;
  if (typeof path !== 'string')
    return [isJsonObject(value) ? { ...operation, value: withFlatFacts(value) } : operation];
  return (
    flatMembers(path, value)?.map(([name, flat]) =>
      flat === undefined ? { op: 'remove', path: name } : { ...operation, path: name, value: flat },
    ) ?? [operation]
  );
}

/** The flat members as a profile keeps them. A value that is not a short text is dropped: the fact is then unknown. */
export function readFlatFacts(body: JsonObject): { [Name in (typeof FACT_MEMBERS)[number]]?: string } {
  return Object.fromEntries(
    FACT_MEMBERS.flatMap((name) => {
      const read = nameText.safeParse(body[name]);
      return read.success ? [[name, read.data]] : [];
    }),
  );
}

/** The nested members as SCIM shows them. */
export function nestedFacts({
  userType,
  organization,
  workCountry,
}: { [Name in (typeof FACT_MEMBERS)[number]]?: string }): JsonObject {
  return {
    ...(userType === undefined ? {} : { userType }),
    ...(workCountry === undefined ? {} : { addresses: [{ type: 'work', country: workCountry }] }),
    ...(organization === undefined ? {} : { [enterpriseUser]: { organization } }),
  };
}
