import { Module } from '@nestjs/common';
import { ScimDiscoveryController } from './discovery.controller.js';
import { ScimGroupsController } from './groups.controller.js';
import { ScimUsersController } from './users.controller.js';

/** People and groups that the sides' providers keep (SCIM 2.0). */
@Module({
  controllers: [ScimUsersController, ScimGroupsController, ScimDiscoveryController],
})
export class ScimModule {}
