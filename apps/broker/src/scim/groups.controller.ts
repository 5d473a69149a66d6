import {
  changeProvisionedGroup,
  createProvisionedGroup,
  findProvisionedGroups,
  getProvisionedGroup,
  readProvisionedGroups,
  removeProvisionedGroup,
  type ScimGroup,
} from '@countersign/access';
import {
  scimGroupEndpoints as endpoints,
  SCIM_TYPE,
  type ScimListQuery,
  type ScimReadQuery,
} from '@countersign/api';
import {
  Controller,
  Delete,
  Get,
  Header,
  Inject,
  Param,
  Patch,
  Post,
  Put,
  Req,
  Res,
  UseFilters,
} from '@nestjs/common';
import type { Response } from 'express';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { ForProvisioners } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { CurrentSide, Query } from '../http/input.js';
import type { BrokerRequest } from '../http/request.js';
import { groupResource, patchGroup, readGroup } from './group-resource.js';
import { ScimErrorFilter } from './scim-error.js';
import { type ScimItems, scimList, selectAttributes } from './scim-list.js';
import {
  readScimBody,
  requireVersion,
  type ScimResource,
  sendResource,
  withHeaders,
  withVersion,
} from './scim-request.js';

/** The groups of one side, as its SCIM client sees and changes them (RFC 7644). */
@Controller('scim/v2/Groups')
@UseFilters(ScimErrorFilter)
export class ScimGroupsController {
  private readonly base: string;

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) { publicUrl }: BrokerSettings,
  ) {
    this.base = `${publicUrl}/scim/v2`;
  }

  @Get()
  @ForProvisioners()
  @Header('Content-Type', SCIM_TYPE)
  @Describe(endpoints.list)
  async list(@CurrentSide() tenant: string | null, @Query() query: ScimListQuery) {
    const items: ScimItems<ScimGroup> = {
      kind: 'groups',
      keys: ['displayName'],
      find: (key) => findProvisionedGroups(this.deps, tenant, key),
      read: (ids) => readProvisionedGroups(this.deps, tenant, ids),
      resourceOf: (group) => groupResource(this.base, group),
    };
    return scimList(items, query);
  }

  @Post()
  @ForProvisioners()
  @Header('Content-Type', SCIM_TYPE)
  @Describe(endpoints.create)
  async create(
    @CurrentSide() tenant: string | null,
    @Req() request: BrokerRequest,
    @Res({ passthrough: true }) response: Response,
  ) {
    const input = readGroup(await readScimBody(request));
    return this.answer(response, await createProvisionedGroup(this.deps, tenant, input));
  }

  @Get(':id')
  @ForProvisioners()
  @Describe(endpoints.read)
  async read(
    @CurrentSide() tenant: string | null,
    @Param('id') id: string,
    @Query() query: ScimReadQuery,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): Promise<void> {
    const resource = this.resource(await getProvisionedGroup(this.deps, tenant, id));
    sendResource(request, response, resource, selectAttributes(resource, query));
  }

  @Put(':id')
  @ForProvisioners()
  @Header('Content-Type', SCIM_TYPE)
  @Describe(endpoints.replace)
  async replace(
    @CurrentSide() tenant: string | null,
    @Param('id') id: string,
    @Req() request: BrokerRequest,
    @Res({ passthrough: true }) response: Response,
  ) {
    const input = readGroup(await readScimBody(request));
    const after = await changeProvisionedGroup(this.deps, tenant, id, (current) => {
      requireVersion(request, this.resource(current));
      return input;
    });
    return this.answer(response, after);
  }

  @Patch(':id')
  @ForProvisioners()
  @Header('Content-Type', SCIM_TYPE)
  @Describe(endpoints.patch)
  async patch(
    @CurrentSide() tenant: string | null,
    @Param('id') id: string,
    @Req() request: BrokerRequest,
    @Res({ passthrough: true }) response: Response,
  ) {
    const body = await readScimBody(request);
    const after = await changeProvisionedGroup(this.deps, tenant, id, (current) => {
      requireVersion(request, this.resource(current));
      return patchGroup(current, body);
    });
    return this.answer(response, after);
  }

  @Delete(':id')
  @ForProvisioners()
  @Describe(endpoints.remove)
  async remove(
    @CurrentSide() tenant: string | null,
    @Param('id') id: string,
    @Req() request: BrokerRequest,
  ): Promise<void> {
    await removeProvisionedGroup(this.deps, tenant, id, (current) =>
      requireVersion(request, this.resource(current)),
    );
  }

  private resource(group: ScimGroup): ScimResource {
    return withVersion(groupResource(this.base, group));
  }

  private answer(response: Response, group: ScimGroup): ScimResource {
    return withHeaders(response, this.resource(group));
  }
}
