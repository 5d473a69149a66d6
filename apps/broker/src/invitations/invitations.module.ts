import { Module } from '@nestjs/common';
import { InvitationsController } from './invitations.controller.js';

/** Invitations by the customer. */
@Module({
  controllers: [InvitationsController],
})
export class InvitationsModule {}
