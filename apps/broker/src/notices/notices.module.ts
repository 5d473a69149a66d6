import { Module } from '@nestjs/common';
import { ObserveModule } from '../observe/observe.module.js';
import { NoticeSender } from './notice-sender.js';
import { NoticesController } from './notices.controller.js';

/** Notices to people and programs. */
@Module({
  imports: [ObserveModule],
  controllers: [NoticesController],
  providers: [NoticeSender],
})
export class NoticesModule {}
