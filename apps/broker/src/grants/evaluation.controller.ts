import { evaluateAccess, type Principal } from '@countersign/access';
import { type AuthzenDecision, type AuthzenEvaluation, evaluationEndpoints } from '@countersign/api';
import { Controller, Header, Inject, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal } from '../http/input.js';
import type { BrokerRequest } from '../http/request.js';

/** Visible ASCII: it goes back into a header. */
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** Decisions for programs that speak OpenID AuthZEN (Authorization API 1.0). */
@Controller()
export class EvaluationController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
  ) {}

  @Header('Cache-Control', 'no-store')
  @Endpoint(evaluationEndpoints.evaluate)
  async evaluate(
    @CurrentPrincipal() principal: Principal,
    @Body() { subject, action, resource }: AuthzenEvaluation,
    @Req() request: BrokerRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AuthzenDecision> {
    const id = request.get('x-request-id');
    if (id !== undefined && REQUEST_ID.test(id)) response.setHeader('X-Request-ID', id);
    const { tenant } = resource.properties;
    const answer = await evaluateAccess(this.deps, principal, {
      person: subject.id,
      tenant,
      service: resource.type,
      resource: resource.id,
      action: action.name,
    });
    if (answer.allowed) return { decision: true, context: { grant: answer.grant } };
    const scope = [{ resource: resource.id, actions: [action.name] }];
    return {
      decision: false,
      context: { reason_user: { en: answer.reason }, request: { tenant, service: resource.type, scope } },
    };
  }

  @Endpoint(evaluationEndpoints.configuration)
  configuration() {
    const { publicUrl } = this.settings;
    return {
      policy_decision_point: publicUrl,
      access_evaluation_endpoint: `${publicUrl}/access/v1/evaluation`,
    };
  }
}
