import {
  SCIM_TYPE,
  type ScimListQuery,
  type ScimReadQuery,
  type scimGroupEndpoints,
  type scimUserEndpoints,
} from '@countersign/api';
import { Header, Inject, Param, Req, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { CurrentSide, Query } from '../http/input.js';
import type { BrokerRequest } from '../http/request.js';
import { ScimErrorFilter } from './scim-error.js';
import { type ScimItems, scimList, selectAttributes } from './scim-list.js';
import {
  type JsonObject,
  readScimBody,
  requireVersion,
  type ScimResource,
  sendResource,
  withHeaders,
  withVersion,
} from './scim-request.js';

/** How one type of resource is read from requests, shown, and kept. Of one side: a tenant, or null for the vendor. */
export interface ScimResourceType<Item, Input> extends Pick<ScimItems<Item>, 'kind' | 'keys'> {
  endpoints: typeof scimUserEndpoints | typeof scimGroupEndpoints;
  /** Shows an item, without its version. */
  resourceOf(base: string, item: Item): ScimResource;
  parse(body: JsonObject): Input;
  /** @throws ScimError for a new content that this item may not have */
  replace(current: Item, input: Input): Input;
  patch(current: Item, body: JsonObject): Input;
  find(
    deps: BrokerDeps,
    side: string | null,
    key: Readonly<Record<string, string>>,
  ): Promise<readonly string[]>;
  readAll(deps: BrokerDeps, side: string | null, ids: readonly string[]): Promise<readonly Item[]>;
  get(deps: BrokerDeps, side: string | null, id: string): Promise<Item>;
  create(deps: BrokerDeps, side: string | null, input: Input): Promise<Item>;
  change(deps: BrokerDeps, side: string | null, id: string, change: (current: Item) => Input): Promise<Item>;
  remove(deps: BrokerDeps, side: string | null, id: string, check: (current: Item) => void): Promise<void>;
}

/**
 * The handlers of one type of resource, as a SCIM client sees and changes it (RFC 7644). A controller that extends the class has
 * its name, which the OpenAPI document shows.
 */
export function scimHandlers<Item, Input>(type: ScimResourceType<Item, Input>) {
  const { endpoints } = type;

  @UseFilters(ScimErrorFilter)
  abstract class ScimHandlers {
    private readonly base: string;

    constructor(
      @Inject(DEPS) private readonly deps: BrokerDeps,
      @Inject(SETTINGS) { publicUrl }: BrokerSettings,
    ) {
      this.base = `${publicUrl}/scim/v2`;
    }

    @Header('Content-Type', SCIM_TYPE)
    @Endpoint(endpoints.list)
    async list(@CurrentSide() tenant: string | null, @Query() query: ScimListQuery) {
      const items: ScimItems<Item> = {
        kind: type.kind,
        keys: type.keys,
        find: (key) => type.find(this.deps, tenant, key),
        read: (ids) => type.readAll(this.deps, tenant, ids),
        resourceOf: (item) => type.resourceOf(this.base, item),
      };
      return scimList(items, query);
    }

    @Header('Content-Type', SCIM_TYPE)
    @Endpoint(endpoints.create)
    async create(
      @CurrentSide() tenant: string | null,
      @Req() request: BrokerRequest,
      @Res({ passthrough: true }) response: Response,
    ) {
      const input = type.parse(await readScimBody(request));
      return this.answer(response, await type.create(this.deps, tenant, input));
    }

    @Endpoint(endpoints.read)
    async read(
      @CurrentSide() tenant: string | null,
      @Param('id') id: string,
      @Query() query: ScimReadQuery,
      @Req() request: BrokerRequest,
      @Res() response: Response,
    ): Promise<void> {
      const resource = this.resource(await type.get(this.deps, tenant, id));
      sendResource(request, response, resource, selectAttributes(resource, query));
    }

    @Header('Content-Type', SCIM_TYPE)
    @Endpoint(endpoints.replace)
    async replace(
      @CurrentSide() tenant: string | null,
      @Param('id') id: string,
      @Req() request: BrokerRequest,
      @Res({ passthrough: true }) response: Response,
    ) {
      const input = type.parse(await readScimBody(request));
      const after = await type.change(this.deps, tenant, id, (current) => {
        requireVersion(request, this.resource(current));
        return type.replace(current, input);
      });
      return this.answer(response, after);
    }

    @Header('Content-Type', SCIM_TYPE)
    @Endpoint(endpoints.patch)
    async patch(
      @CurrentSide() tenant: string | null,
      @Param('id') id: string,
      @Req() request: BrokerRequest,
      @Res({ passthrough: true }) response: Response,
    ) {
      const body = await readScimBody(request);
      const after = await type.change(this.deps, tenant, id, (current) => {
        requireVersion(request, this.resource(current));
        return type.patch(current, body);
      });
      return this.answer(response, after);
    }

    @Endpoint(endpoints.remove)
    async remove(
      @CurrentSide() tenant: string | null,
      @Param('id') id: string,
      @Req() request: BrokerRequest,
    ): Promise<void> {
      await type.remove(this.deps, tenant, id, (current) => requireVersion(request, this.resource(current)));
    }

    private resource(item: Item): ScimResource {
      return withVersion(type.resourceOf(this.base, item));
    }

    private answer(response: Response, item: Item): ScimResource {
      return withHeaders(response, this.resource(item));
    }
  }

  return ScimHandlers;
}
