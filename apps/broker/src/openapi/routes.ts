import type { Endpoint } from '@countersign/api';
import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { endpointOf } from '../http/endpoint.js';

/** One route of the broker, read from its controller. */
export interface BrokerRoute {
  /** `GET`, … */
  method: string;
  /** As OpenAPI writes it: `/api/v1/requests/{id}`. */
  path: string;
  /** `RequestsController.create`, unique. */
  handler: string;
  tag: string;
  endpoint: Endpoint;
}

/** Every route that Nest serves, read from the controllers themselves. */
export function listRoutes(modules: ModulesContainer): BrokerRoute[] {
  const controllers = [...modules.values()].flatMap((module) =>
    [...module.controllers.values()].map((wrapper) => wrapper.metatype),
  );
  return controllers.filter((type) => typeof type === 'function').flatMap((type) => routesOf(type as Type));
}

/** The routes of one controller. @throws Error if a handler serves anything else than its declared endpoint */
export function routesOf(controller: Type): BrokerRoute[] {
  const prototype = controller.prototype as Record<string, unknown>;
  const prefix = pathText(Reflect.getMetadata(PATH_METADATA, controller));
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    if (typeof handler !== 'function') return [];
    const method: unknown = Reflect.getMetadata(METHOD_METADATA, handler);
    if (typeof method !== 'number') return [];
    const route = {
      method: RequestMethod[method] ?? 'ALL',
      path: openApiPath(prefix, pathText(Reflect.getMetadata(PATH_METADATA, handler))),
      handler: `${controller.name}.${name}`,
      tag: controller.name.replace(/Controller$/, ''),
    };
    const endpoint = endpointOf(handler);
    if (endpoint?.route !== `${route.method} ${route.path}`)
      throw new Error(
        `${route.handler} serves ${route.method} ${route.path}, declared as ${endpoint?.route ?? 'nothing'}`,
      );
    return [{ ...route, endpoint }];
  });
}

const pathText = (metadata: unknown): string => (typeof metadata === 'string' ? metadata : '');

/** `api/v1/requests` and `:id` → `/api/v1/requests/{id}`. */
function openApiPath(...parts: string[]): string {
  const segments = parts.flatMap((part) => part.split('/')).filter((segment) => segment !== '');
  return `/${segments.map((segment) => segment.replace(/^[:*](\w+)$/, '{$1}')).join('/')}`;
}
