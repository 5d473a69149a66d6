import {
  type ControlsFacts,
  type ControlsView,
  decisionTimes,
  getPrivacyControls,
  organisationNames,
  type Principal,
  type PrivacyControls,
  setPrivacyControls,
  testPrivacyControls,
} from '@countersign/access';
import {
  type PrivacyControls as ControlsAnswer,
  type PrivacyControlsBody,
  type PrivacyControlsDraft,
  type PrivacyControlsTest,
  tenantEndpoints,
} from '@countersign/api';
import { parsePrivacyControls } from '@countersign/config';
import { Controller, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, invalidInput, Slug } from '../http/input.js';
import { definedOnly } from '../http/page.js';
import { controlsMembers } from './controls-members.js';
import { testAnswer } from './controls-test-answer.js';

@Controller()
export class OrganisationController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(tenantEndpoints.names)
  read(@CurrentPrincipal() principal: Principal) {
    return organisationNames(this.deps, principal);
  }
}

/** A customer's own policy, its privacy controls. */
@Controller()
export class PrivacyControlsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(tenantEndpoints.readControls)
  async read(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Res({ passthrough: true }) response: Response,
  ) {
    return controlsAnswer(await getPrivacyControls(this.deps, principal, slug), response);
  }

  @Endpoint(tenantEndpoints.writeControls)
  async write(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() body: PrivacyControlsBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { version } = body;
    const parse = (facts: ControlsFacts) => parseControls(withoutNulls(body), facts);
    const changed = await setPrivacyControls(this.deps, principal, slug, version, parse);
    const waiting = changed.widening?.widening.id;
    return { ...controlsAnswer(changed, response), ...definedOnly({ waiting }) };
  }

  @Endpoint(tenantEndpoints.testControls)
  async test(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() body: PrivacyControlsDraft,
  ): Promise<PrivacyControlsTest> {
    const parse = (facts: ControlsFacts) => parseControls(withoutNulls(body), facts);
    return testAnswer(await testPrivacyControls(this.deps, principal, slug, parse));
  }
}

/** A draft of the controls as the parser of the organisation file reads it: null says the same as absent. */
function withoutNulls({
  version: _version,
  maxDuration,
  emergency,
  zone,
  widening,
  ...others
}: PrivacyControlsDraft): unknown {
  return {
    ...others,
    ...definedOnly({ maxDuration: maxDuration ?? undefined, emergency: emergency ?? undefined }),
    ...definedOnly({ zone: zone ?? undefined, widening: widening ?? undefined }),
  };
}

/** @throws HttpProblem `invalid_request` with every problem */
function parseControls(draftControls: unknown, facts: ControlsFacts): PrivacyControls {
  const read = parsePrivacyControls(draftControls, facts);
  if ('controls' in read) return read.controls;
  throw invalidInput(read.problems.map(({ pointer, detail }) => ({ pointer, detail: `${detail}.` })));
}

function controlsAnswer({ version, controls }: ControlsView, response: Response): ControlsAnswer {
  response.setHeader('ETag', `"${version}"`);
  return { version, ...controlsMembers(controls) };
}

@Controller()
export class DecisionTimesController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(tenantEndpoints.decisionTimes)
  read(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    return decisionTimes(this.deps, principal, slug);
  }
}
