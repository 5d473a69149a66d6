import type { AnswerOf, Endpoint } from '@countersign/api';
import { HttpCode } from '@nestjs/common';

const ENDPOINT = 'countersign:endpoint';

type Handler<E> = (...args: never[]) => AnswerOf<E> | Promise<AnswerOf<E>>;

/**
 * Connects a handler with its endpoint in libs/api: the status, the schemas that validate its input, and its part of the
 * OpenAPI document. The compiler checks that the handler's answer fits the endpoint's schema.
 */
export const Describe =
  <E extends Endpoint>(endpoint: E) =>
  <H extends Handler<E>>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<H>,
  ): void => {
    HttpCode(endpoint.answer.status)(target, name, descriptor);
    if (descriptor.value !== undefined) Reflect.defineMetadata(ENDPOINT, endpoint, descriptor.value);
  };

export function endpointOf(handler: object): Endpoint | undefined {
  return Reflect.getMetadata(ENDPOINT, handler) as Endpoint | undefined;
}
