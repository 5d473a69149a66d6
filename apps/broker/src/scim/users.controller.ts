import {
  changeProvisionedUser,
  createProvisionedUser,
  findProvisionedUsers,
  getProvisionedUser,
  type ProvisionedUser,
  type ProvisionedUserInput,
  readProvisionedUsers,
  removeProvisionedUser,
} from '@countersign/access';
import { scimUserEndpoints as endpoints } from '@countersign/api';
import { Controller } from '@nestjs/common';
import { scimHandlers } from './scim-handlers.js';
import { patchUser, readUser, requireSameAddress, userResource } from './user-resource.js';

/** The people of one side. */
@Controller()
export class ScimUsersController extends scimHandlers<ProvisionedUser, ProvisionedUserInput>({
  endpoints,
  kind: 'users',
  keys: ['id', 'userName', 'externalId'],
  resourceOf: userResource,
  parse: readUser,
  replace: requireSameAddress,
  patch: (current, body) => requireSameAddress(current, patchUser(current, body)),
  find: findProvisionedUsers,
  readAll: readProvisionedUsers,
  get: getProvisionedUser,
  create: createProvisionedUser,
  change: changeProvisionedUser,
  remove: removeProvisionedUser,
}) {}
