import type { Principal } from '@countersign/access';
import { noticeEndpoints } from '@countersign/api';
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Allow, KeepsNoSession } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal } from '../http/input.js';
import { type BrokerRequest, credentialsOf } from '../http/request.js';
import { SseConnection } from '../http/sse-connection.js';
import { StreamHub } from './stream-hub.js';

@Controller('api/v1/stream')
export class StreamController {
  constructor(private readonly hub: StreamHub) {}

  @Get()
  @Allow('self.read')
  @KeepsNoSession()
  @Describe(noticeEndpoints.stream)
  follow(
    @CurrentPrincipal() { person }: Principal,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): void {
    this.hub.requireRoom(person);
    let leave = () => {};
    const connection = new SseConnection(response, () => leave());
    const unsubscribe = this.hub.subscribe({ person, credentials: credentialsOf(request), connection });
    leave = () => unsubscribe();
  }
}
