import { Module } from '@nestjs/common';
import { TemplatesController } from './templates.controller.js';

/** What people keep for themselves. */
@Module({ controllers: [TemplatesController] })
export class PersonalModule {}
