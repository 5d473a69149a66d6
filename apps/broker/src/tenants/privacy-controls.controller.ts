import {
  type ControlsFacts,
  type ControlsView,
  getPrivacyControls,
  type Principal,
  type PrivacyControls,
  setPrivacyControls,
} from '@countersign/access';
import {
  type PrivacyControls as ControlsAnswer,
  type PrivacyControlsBody,
  tenantEndpoints,
} from '@countersign/api';
import { parsePrivacyControls } from '@countersign/config';
import { formatDuration } from '@countersign/contract';
import { Controller, Get, Inject, Put, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, invalidInput, Slug } from '../http/input.js';
import { given } from '../http/page.js';
import { type BrokerDeps, DEPS } from '../injection.js';

/** A customer's own policy. */
@Controller('api/v1/tenants/:slug/privacy-controls')
export class PrivacyControlsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('controls.read')
  @Describe(tenantEndpoints.readControls)
  async read(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Res({ passthrough: true }) response: Response,
  ) {
    return answer(await getPrivacyControls(this.deps, principal, slug), response);
  }

  @Put()
  @Allow('controls.write')
  @Describe(tenantEndpoints.writeControls)
  async write(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { version, maxDuration, ...others }: PrivacyControlsBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    const wanted = { ...others, ...(maxDuration === null ? {} : given({ maxDuration })) };
    const judge = (facts: ControlsFacts) => judged(wanted, facts);
    return answer(await setPrivacyControls(this.deps, principal, slug, version, judge), response);
  }
}

/** @throws HttpProblem `invalid_request` with every problem */
function judged(wanted: unknown, facts: ControlsFacts): PrivacyControls {
  const read = parsePrivacyControls(wanted, facts);
  if ('controls' in read) return read.controls;
  throw invalidInput(read.problems.map(({ pointer, detail }) => ({ pointer, detail: `${detail}.` })));
}

function answer({ version, controls }: ControlsView, response: Response): ControlsAnswer {
  response.setHeader('ETag', `"${version}"`);
  const { maxDuration } = controls;
  return { version, ...controls, maxDuration: maxDuration === null ? null : formatDuration(maxDuration) };
}
