import { requirePermission } from '@countersign/access';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { endpointOf, permissionOf } from './endpoint.js';
import { HttpProblem } from './problem.js';
import type { BrokerRequest } from './request.js';

/** The member of `callers` that admits each kind of program. */
const OPENED_TO = { gateway: 'gateways', provisioner: 'provisioners' } as const;

/**
 * Fourth of six guards, for every handler: refuses the call unless the handler serves a declared endpoint, which admits
 * this caller (P13): by their roles, and by how strongly they signed in. Each use case checks both again, on the person as
 * stored at that time.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const callers = endpointOf(context.getHandler())?.callers;
    if (callers === undefined) throw new HttpProblem('forbidden', 'No one may call this.');
    if ('everyone' in callers) return true;
    const { caller } = context.switchToHttp().getRequest<BrokerRequest>();
    if (caller === undefined || caller.kind === 'anonymous')
      throw new HttpProblem('unauthenticated', caller?.why ?? 'Present a valid key: Authorization: Bearer …');
    if (caller.kind !== 'person') {
      if (OPENED_TO[caller.kind] in callers) return true;
      throw new HttpProblem('forbidden', 'This is not for programs of this kind.');
    }
    if ('provisioners' in callers) throw new HttpProblem('forbidden', 'This is for SCIM clients.');
    const permission = permissionOf(callers);
    if (permission === null) throw new HttpProblem('forbidden', 'This is for enrolled gateways.');
    requirePermission(caller.principal, permission);
    return true;
  }
}
