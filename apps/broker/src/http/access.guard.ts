import { requirePermission } from '@countersign/access';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { accessRuleOf } from './access.decorators.js';
import { HttpProblem } from './problem.js';
import type { BrokerRequest } from './request.js';

/**
 * Last of four guards, for every handler there is: closed unless the handler carries exactly one mark that
 * opens it to this caller (P13). Roles are asked again by each use case, on the person as stored then.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const mark = accessRuleOf(context.getHandler());
    if (mark === undefined) throw new HttpProblem('forbidden', 'This is open to nobody.');
    if (mark.kind === 'public') return true;
    const { caller } = context.switchToHttp().getRequest<BrokerRequest>();
    if (caller === undefined || caller.kind === 'anonymous')
      throw new HttpProblem('unauthenticated', 'Present a valid key: Authorization: Bearer …');
    if (caller.kind === 'gateway') {
      if (mark.kind === 'gateways') return true;
      throw new HttpProblem('forbidden', 'This is for people, not for gateways.');
    }
    const permission = mark.kind === 'gateways' ? mark.people : mark.permission;
    if (permission === null) throw new HttpProblem('forbidden', 'This is for enrolled gateways.');
    requirePermission(caller.principal.person, permission);
    return true;
  }
}
