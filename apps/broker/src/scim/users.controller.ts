import {
  changeProvisionedUser,
  createProvisionedUser,
  findProvisionedUsers,
  getProvisionedUser,
  type ProvisionedUser,
  readProvisionedUsers,
  removeProvisionedUser,
} from '@countersign/access';
import {
  scimUserEndpoints as endpoints,
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
import { patchUser, readUser, requireSameAddress, userResource } from './user-resource.js';

/** The people of one side, as its SCIM client sees and changes them (RFC 7644). */
@Controller('scim/v2/Users')
@UseFilters(ScimErrorFilter)
export class ScimUsersController {
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
    const items: ScimItems<ProvisionedUser> = {
      kind: 'users',
      keys: ['id', 'userName', 'externalId'],
      find: (key) => findProvisionedUsers(this.deps, tenant, key),
      read: (ids) => readProvisionedUsers(this.deps, tenant, ids),
      resourceOf: (user) => userResource(this.base, user),
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
    const input = readUser(await readScimBody(request));
    return this.answer(response, await createProvisionedUser(this.deps, tenant, input));
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
    const resource = this.resource(await getProvisionedUser(this.deps, tenant, id));
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
    const input = readUser(await readScimBody(request));
    const after = await changeProvisionedUser(this.deps, tenant, id, (current) => {
      requireVersion(request, this.resource(current));
      return requireSameAddress(current, input);
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
    const after = await changeProvisionedUser(this.deps, tenant, id, (current) => {
      requireVersion(request, this.resource(current));
      return requireSameAddress(current, patchUser(current, body));
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
    await removeProvisionedUser(this.deps, tenant, id, (current) =>
      requireVersion(request, this.resource(current)),
    );
  }

  private resource(user: ProvisionedUser): ScimResource {
    return withVersion(userResource(this.base, user));
  }

  private answer(response: Response, user: ProvisionedUser): ScimResource {
    return withHeaders(response, this.resource(user));
  }
}
