import { Module } from '@nestjs/common';
import { PeopleController, WhoamiController } from './people.controller.js';
import { TenantPeopleController } from './tenant-people.controller.js';

/** The person behind an id, the people of a tenant, and the caller. */
@Module({
  controllers: [PeopleController, TenantPeopleController, WhoamiController],
})
export class PeopleModule {}
