import { Module } from '@nestjs/common';
import { PreferencesController } from './preferences.controller.js';
import { PushSubscriptionsController } from './push-subscriptions.controller.js';
import { TemplatesController } from './templates.controller.js';

/** What people keep for themselves. */
@Module({ controllers: [TemplatesController, PreferencesController, PushSubscriptionsController] })
export class PersonalModule {}
