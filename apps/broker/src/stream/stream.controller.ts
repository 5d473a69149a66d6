import type { Principal } from '@countersign/access';
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal } from '../http/input.js';
import { Allow, NoUse } from '../http/marks.js';
import { type BrokerRequest, credentialsOf } from '../http/request.js';
import { SseConnection } from '../http/sse-connection.js';
import { StreamHub } from './stream-hub.js';

@Controller('api/v1/stream')
export class StreamController {
  constructor(private readonly hub: StreamHub) {}

  @Get()
  @Allow('self.read')
  @NoUse()
  @Describe({
    summary: 'Follow what concerns you',
    description:
      'Server-sent events. A notice has `id` (`ntc_…`), `event` its kind, `data` `{id, kind, subject, tenant, at}`. `access.recorded`, without `id`, says that calls under a grant were recorded: `data` `{tenant, grant}`, at most four times a second and grant, and only at the broker that took the records. Both are a reason to look again, not the truth itself, and best effort: what comes while nobody follows is not repeated, so read what stands whenever the stream opens. Comments come each second; the stream ends with its key or session.',
    answer: { status: 200, description: 'A stream of news.', type: 'text/event-stream' },
  })
  follow(
    @CurrentPrincipal() { person }: Principal,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): void {
    this.hub.demandRoom(person);
    let leave = () => {};
    const connection = new SseConnection(response, () => leave());
    const unsubscribe = this.hub.subscribe({ person, credentials: credentialsOf(request), connection });
    leave = () => unsubscribe();
  }
}
