import { Module } from '@nestjs/common';
import { DecisionTimesController } from './decision-times.controller.js';
import { OrganisationController } from './organisation.controller.js';
import { PrivacyControlsController } from './privacy-controls.controller.js';

/** Tenants: their privacy controls, names and decision times. */
@Module({
  controllers: [PrivacyControlsController, DecisionTimesController, OrganisationController],
})
export class TenantsModule {}
