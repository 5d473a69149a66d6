import { type ProvisionedGroupInput, SCIM_LIMITS, type ScimGroup } from '@countersign/access';
import { nameText, SCIM_SCHEMAS } from '@countersign/api';
import { ScimError } from './scim-error.js';
import { applyPatch, changeable } from './scim-patch.js';
import { isJsonObject, type JsonObject, type ScimResource } from './scim-request.js';
import { readExternalId } from './user-resource.js';

const CHANGEABLE = changeable('displayName', 'externalId', 'members');

/** A group as SCIM shows it (RFC 7643 §4.2), without its version. `base` is the address of this SCIM service. */
export function groupResource(base: string, group: ScimGroup): ScimResource {
  const { id, name, externalId, members, createdAt, modifiedAt } = group;
  return {
    schemas: [SCIM_SCHEMAS.group],
    id,
    ...(externalId === null ? {} : { externalId }),
    displayName: name,
    members: members.map((value) => ({ value, $ref: `${base}/Users/${value}`, type: 'User' })),
    meta: {
      resourceType: 'Group',
      created: createdAt,
      lastModified: modifiedAt,
      location: `${base}/Groups/${id}`,
    },
  };
}

/** Reads a group that a client sends. @throws ScimError */
export function readGroup(body: JsonObject): ProvisionedGroupInput {
  const { schemas } = body;
  if (!Array.isArray(schemas) || !schemas.includes(SCIM_SCHEMAS.group))
    throw new ScimError('invalidSyntax', `schemas must name ${SCIM_SCHEMAS.group}.`);
  return readMembers(body);
}

/** The group after a PATCH. @throws ScimError */
export function patchGroup(
  { name, externalId, members }: ScimGroup,
  body: JsonObject,
): ProvisionedGroupInput {
  const before = {
    displayName: name,
    ...(externalId === null ? {} : { externalId }),
    members: members.map((value) => ({ value })),
  };
  return readMembers(applyPatch(before, body, CHANGEABLE));
}

function readMembers({ displayName, externalId, members }: JsonObject): ProvisionedGroupInput {
  const name = nameText.safeParse(displayName);
  if (!name.success)
    throw new ScimError('invalidValue', 'displayName is required: a name of at most 200 characters.');
  return { name: name.data, externalId: readExternalId(externalId), members: readMemberIds(members) };
}

function readMemberIds(members: unknown): string[] {
  if (members === undefined || members === null) return [];
  if (!Array.isArray(members)) throw new ScimError('invalidValue', 'members is a list.');
  if (members.length > SCIM_LIMITS.members)
    throw new ScimError('invalidValue', `A group has at most ${SCIM_LIMITS.members} members.`);
  return members.map((member: unknown) => {
    const id = isJsonObject(member) ? member['value'] : undefined;
    if (typeof id !== 'string')
      throw new ScimError('invalidValue', 'A member has a value, the id of a user.');
    return id;
  });
}
