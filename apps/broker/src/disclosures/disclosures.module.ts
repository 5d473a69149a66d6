import { Module } from '@nestjs/common';
import { DisclosuresController, GrantDisclosureController } from './disclosures.controller.js';

/** What the vendor explains to its customers after an emergency. */
@Module({
  controllers: [DisclosuresController, GrantDisclosureController],
})
export class DisclosuresModule {}
