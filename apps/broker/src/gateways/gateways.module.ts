import { Module } from '@nestjs/common';
import { GatewayApiModule } from '../gateway-api/gateway-api.module.js';
import { GatewaysController } from './gateways.controller.js';

/** Enrolled gateways, for people. */
@Module({
  imports: [GatewayApiModule],
  controllers: [GatewaysController],
})
export class GatewaysModule {}
