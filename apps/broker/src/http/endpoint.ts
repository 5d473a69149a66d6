import type { AnswerOf, Callers, Endpoint as Declaration } from '@countersign/api';
import type { Permission } from '@countersign/contract';
import { HttpCode, RequestMapping, RequestMethod } from '@nestjs/common';

const ENDPOINT = 'countersign:endpoint';

type Handler<E> = (...args: never[]) => AnswerOf<E> | Promise<AnswerOf<E>>;

/**
 * Makes a handler serve an endpoint of libs/api. Method, path, access rule, status, the schemas of its input and its part of the
 * OpenAPI document follow from the declaration. The compiler checks that the handler's answer fits the declared schema.
 */
export const Endpoint =
  <E extends Declaration>(endpoint: E) =>
  <H extends Handler<E>>(target: object, name: string, descriptor: TypedPropertyDescriptor<H>): void => {
    const handler = descriptor.value;
    if (handler === undefined || endpointOf(handler) !== undefined)
      throw new Error(`${name}: a handler serves exactly one endpoint`);
    Reflect.defineMetadata(ENDPOINT, endpoint, handler);
    RequestMapping(routeOf(endpoint))(target, name, descriptor);
    HttpCode(endpoint.answer.status)(target, name, descriptor);
  };

/** The endpoint that a handler serves. The guard refuses every call to a handler that serves none (P13). */
export function endpointOf(handler: object): Declaration | undefined {
  return Reflect.getMetadata(ENDPOINT, handler) as Declaration | undefined;
}

/** The permission that people need; null if the endpoint is open, or for programs alone. */
export const permissionOf = (callers: Callers): Permission | null =>
  'people' in callers ? (callers.people ?? null) : null;

/** Method and path as Nest writes them: `/api/v1/requests/:id`. */
function routeOf({ route, restOfPath }: Declaration): { method: RequestMethod; path: string } {
  const [method, path = ''] = route.split(' ') as [keyof typeof RequestMethod, string?];
  const rest = restOfPath === true ? path.replace(/\{(\w+)\}$/, '*$1') : path;
  return { method: RequestMethod[method], path: rest.replace(/\{(\w+)\}/g, ':$1') };
}
