import { Module } from '@nestjs/common';
import { PeopleController, WhoamiController } from './people.controller.js';
import { TenantPeopleController } from './tenant-people.controller.js';

/** People: who an id belongs to, and who works for a tenant. */
@Module({
  controllers: [PeopleController, TenantPeopleController, WhoamiController],
})
export class PeopleModule {}
