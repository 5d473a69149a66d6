import type { Principal } from '@countersign/access';
import { noticeEndpoints } from '@countersign/api';
import { Controller, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Endpoint } from '../http/endpoint.js';
import { KeepsNoSession } from '../http/identify.guard.js';
import { CurrentPrincipal } from '../http/input.js';
import { type BrokerRequest, credentialsOf } from '../http/request.js';
import { SseConnection } from '../http/sse-connection.js';
import { StreamHub } from './stream-hub.js';

@Controller()
export class StreamController {
  constructor(private readonly hub: StreamHub) {}

  @KeepsNoSession()
  @Endpoint(noticeEndpoints.stream)
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
