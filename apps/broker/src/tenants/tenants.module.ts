import { Module } from '@nestjs/common';
import {
  DecisionTimesController,
  OrganisationController,
  PrivacyControlsController,
} from './tenants.controller.js';

/** Tenants: their privacy controls, names and decision times. */
@Module({
  controllers: [PrivacyControlsController, DecisionTimesController, OrganisationController],
})
export class TenantsModule {}
