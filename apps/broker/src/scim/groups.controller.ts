import {
  changeProvisionedGroup,
  createProvisionedGroup,
  findProvisionedGroups,
  getProvisionedGroup,
  type ProvisionedGroupInput,
  readProvisionedGroups,
  removeProvisionedGroup,
  type ScimGroup,
} from '@countersign/access';
import { scimGroupEndpoints as endpoints } from '@countersign/api';
import { Controller } from '@nestjs/common';
import { groupResource, patchGroup, readGroup } from './group-resource.js';
import { scimHandlers } from './scim-handlers.js';

/** The groups of one side. */
@Controller()
export class ScimGroupsController extends scimHandlers<ScimGroup, ProvisionedGroupInput>({
  endpoints,
  kind: 'groups',
  keys: ['displayName'],
  resourceOf: groupResource,
  parse: readGroup,
  replace: (_current, input) => input,
  patch: patchGroup,
  find: findProvisionedGroups,
  readAll: readProvisionedGroups,
  get: getProvisionedGroup,
  create: createProvisionedGroup,
  change: changeProvisionedGroup,
  remove: removeProvisionedGroup,
}) {}
