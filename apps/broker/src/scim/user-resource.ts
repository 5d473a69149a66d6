import { exactEmail, type ProvisionedUser, type ProvisionedUserInput } from '@countersign/access';
import { nameText, SCIM_SCHEMAS } from '@countersign/api';
import { ScimError } from './scim-error.js';
import { applyPatch, changeable } from './scim-patch.js';
import { isJsonObject, type JsonObject, type ScimResource } from './scim-request.js';
import { FACT_MEMBERS, nestedFacts, readFlatFacts, withFlatFacts, withFlatOperations } from './user-facts.js';

const CHANGEABLE = changeable(
  'active',
  'userName',
  'displayName',
  'externalId',
  'name.formatted',
  'name.givenName',
  'name.familyName',
  ...FACT_MEMBERS,
);
const MAX_TEXT = 512;

/** A user as SCIM shows it (RFC 7643 §4.1), without its version. `base` is the address of this SCIM service. */
export function userResource(base: string, user: ProvisionedUser): ScimResource {
  const { id, active, profile, externalId, groups, createdAt, modifiedAt } = user;
  const { userType, organization, workCountry, ...shown } = changeableMembers(user);
  return {
    schemas: [SCIM_SCHEMAS.user, ...(organization === undefined ? [] : [SCIM_SCHEMAS.enterpriseUser])],
    id,
    ...(externalId === null ? {} : { externalId }),
    ...shown,
    ...nestedFacts(profile),
    emails: [{ value: profile.userName, type: 'work', primary: true }],
    active,
    ...(groups.length === 0
      ? {}
      : {
          groups: groups.map((group) => ({
            value: group.id,
            display: group.name,
            $ref: `${base}/Groups/${group.id}`,
          })),
        }),
    meta: {
      resourceType: 'User',
      ...(createdAt === null ? {} : { created: createdAt }),
      ...(modifiedAt === null ? {} : { lastModified: modifiedAt }),
      location: `${base}/Users/${id}`,
    },
  };
}

/** What a client may change of a user. */
function changeableMembers({ active, profile, externalId }: ProvisionedUserInput): JsonObject {
  const { userName, displayName, userType, organization, workCountry, ...name } = profile;
  const facts = { userType, organization, workCountry };
  return {
    userName,
    active,
    ...(externalId === null ? {} : { externalId }),
    ...(displayName === undefined ? {} : { displayName }),
    ...(Object.keys(name).length === 0 ? {} : { name }),
    ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
  };
}

/**
 * Reads a user that a client sends. Members that are not kept here are ignored (RFC 7644 §3.3).
 *
 * @throws ScimError
 */
export function readUser(body: JsonObject): ProvisionedUserInput {
  const { schemas } = body;
  if (!Array.isArray(schemas) || !schemas.includes(SCIM_SCHEMAS.user))
    throw new ScimError('invalidSyntax', `schemas must name ${SCIM_SCHEMAS.user}.`);
  return readMembers(withOwnSpelling(withFlatFacts(body)));
}

/** The user after a PATCH. @throws ScimError */
export function patchUser(user: ProvisionedUser, body: JsonObject): ProvisionedUserInput {
  const patched = applyPatch({ name: {}, ...changeableMembers(user) }, withFlatOperations(body), CHANGEABLE);
  return readMembers(patched);
}

/** The address identifies the person, so it never changes. @throws ScimError `mutability` */
export function requireSameAddress(user: ProvisionedUser, input: ProvisionedUserInput): ProvisionedUserInput {
  if (exactEmail(user.profile.userName) !== exactEmail(input.profile.userName))
    throw new ScimError('mutability', 'userName does not change. Make another user for another address.');
  return input;
}

/** Attribute names are matched without regard to case (RFC 7643 §2.1). */
function withOwnSpelling(body: JsonObject): JsonObject {
  const spelled = ['active', 'userName', 'displayName', 'externalId', 'name', ...FACT_MEMBERS];
  return Object.fromEntries(
    Object.entries(body).flatMap(([member, value]) => {
      const name = spelled.find((each) => each.toLowerCase() === member.toLowerCase());
      return name === undefined ? [] : [[name, value]];
    }),
  );
}

function readMembers({
  userName,
  displayName,
  externalId,
  active,
  name,
  ...more
}: JsonObject): ProvisionedUserInput {
  if (typeof userName !== 'string' || userName === '' || userName.length > MAX_TEXT)
    throw new ScimError('invalidValue', 'userName is required: the e-mail address of the person.');
  if (name !== undefined && name !== null && !isJsonObject(name))
    throw new ScimError('invalidValue', 'name is a JSON object.');
  const names = isJsonObject(name) ? name : {};
  const profile = {
    userName,
    ...readName('displayName', displayName),
    ...readName('formatted', names['formatted']),
    ...readName('givenName', names['givenName']),
    ...readName('familyName', names['familyName']),
    ...readFlatFacts(more),
  };
  return { profile, externalId: readExternalId(externalId), active: readActive(active) };
}

function readName(name: string, value: unknown): Record<string, string> {
  if (value === undefined || value === null || value === '') return {};
  const read = nameText.safeParse(value);
  if (!read.success) throw new ScimError('invalidValue', `${name} is a name of at most 200 characters.`);
  return { [name]: read.data };
}

export function readExternalId(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string' || value.length > MAX_TEXT)
    throw new ScimError('invalidValue', `externalId is text of at most ${MAX_TEXT} characters.`);
  return value;
}

/** Some clients send the words. A user that says nothing is active. */
function readActive(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if (word === true || word === 'true') return true;
  if (word === false || word === 'false') return false;
  throw new ScimError('invalidValue', 'active is true or false.');
}
