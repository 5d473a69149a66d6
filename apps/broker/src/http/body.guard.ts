import { readStrictForm } from '@countersign/contract';
import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import type { Response } from 'express';
import { AccessGuard } from './access.guard.js';
import { endpointOf } from './endpoint.js';
import { IdentifyGuard } from './identify.guard.js';
import { limitConcurrency, takePlace } from './limit-concurrency.js';
import type { BrokerRequest } from './request.js';
import { hasBody, MAX_BODY_BYTES, parseJsonBody, readBody } from './request-body.js';

/** At once from one gateway, which sends one batch after the other. Further bodies are not even read. */
const BATCHES_PER_GATEWAY = 4;
/** At once from all gateways: if hundreds send records in the same moment, a stop must not wait for all of them. */
const BATCHES_AT_ONCE = 64;
const BATCHES = 'countersign:batches';

/** A handler of large bodies that gateways may send by the hundred, and that are not urgent. */
export const TakesBatches = (): MethodDecorator => SetMetadata(BATCHES, true);

/**
 * Fifth of six guards: reads the body, if the endpoint describes one and it has the endpoint's type. So no one makes the
 * process hold or parse a body before they are identified, counted and admitted. Any other body stays unread.
 *
 * A caller whose body was still arriving is identified and admitted again: a key or a session may have ended meanwhile.
 */
@Injectable()
export class BodyGuard implements CanActivate {
  private readonly perGateway = limitConcurrency(BATCHES_PER_GATEWAY, gatewayOf);
  private readonly ofAllGateways = limitConcurrency(BATCHES_AT_ONCE);

  constructor(
    private readonly identify: IdentifyGuard,
    private readonly access: AccessGuard,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<BrokerRequest>();
    const body = endpointOf(context.getHandler())?.body;
    // A body of another type is read by its own handler.
    if (body === undefined || body.type !== undefined || !hasBody(request)) return true;
    const isForm = body.form === true;
    if (!request.is(isForm ? 'application/x-www-form-urlencoded' : 'application/json')) return true;
    const isBatch = Reflect.hasMetadata(BATCHES, context.getHandler());
    const response = http.getResponse<Response>();
    if (isBatch) await takePlace(this.perGateway, request, response);
    const wasArriving = !request.complete;
    const bytes = await readBody(request, body.maxBytes ?? MAX_BODY_BYTES);
    if (isBatch) await takePlace(this.ofAllGateways, request, response);
    if (wasArriving) {
      await this.identify.canActivate(context);
      this.access.canActivate(context);
    }
    request.rawBody = bytes;
    request.body = isForm ? readStrictForm(bytes) : parseJsonBody(bytes);
    return true;
  }
}

function gatewayOf(request: object): string {
  const { caller } = request as BrokerRequest;
  return caller?.kind === 'gateway' ? caller.gateway.id : '';
}
