import { Module } from '@nestjs/common';
import { NoticeAddressesController } from './notice-addresses.controller.js';

/** Mailboxes of a tenant that get notices. */
@Module({
  controllers: [NoticeAddressesController],
})
export class NoticeAddressesModule {}
