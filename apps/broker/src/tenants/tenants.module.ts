import { Module } from '@nestjs/common';
import { OrganisationFileController } from './organisation-file.controller.js';
import {
  DecisionTimesController,
  OrganisationController,
  PrivacyControlsController,
} from './tenants.controller.js';
import { WideningsController } from './widenings.controller.js';

/** Tenants: their privacy controls with the widenings that wait, names and decision times; the organisation in force. */
@Module({
  controllers: [
    PrivacyControlsController,
    WideningsController,
    DecisionTimesController,
    OrganisationController,
    OrganisationFileController,
  ],
})
export class TenantsModule {}
