import { Module } from '@nestjs/common';
import {
  DecisionTimesController,
  OrganisationController,
  PrivacyControlsController,
} from './tenants.controller.js';
import { WideningsController } from './widenings.controller.js';

/** Tenants: their privacy controls with the widenings that wait, names and decision times. */
@Module({
  controllers: [
    PrivacyControlsController,
    WideningsController,
    DecisionTimesController,
    OrganisationController,
  ],
})
export class TenantsModule {}
