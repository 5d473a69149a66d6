import type { Permission } from '@countersign/contract';
import { SetMetadata } from '@nestjs/common';

/** Who may call a handler. The use case then checks whether the object may be used by this caller. */
export type CallerRule =
  | {
      kind: 'public';
      /** A signed-in caller is authenticated all the same. */
      identified?: true;
      /** Only the broker's own pages may call it: other sites must not be able to forge a sign-in. */
      fromPages?: true;
    }
  | { kind: 'people'; permission: Permission }
  | { kind: 'gateways'; people: Permission | null }
  /** SCIM clients with a token of one side. */
  | { kind: 'provisioners' };

/** The permission that people need; null if the handler is open, or for gateways alone. */
export function permissionOf(rule: CallerRule | undefined): Permission | null {
  if (rule?.kind === 'people') return rule.permission;
  return rule?.kind === 'gateways' ? rule.people : null;
}

const ACCESS_RULES = 'countersign:access-rules';
const KEEPS_NO_SESSION = 'countersign:keeps-no-session';

/** People whose roles carry the permission. */
export const Allow = (permission: Permission): MethodDecorator => openTo({ kind: 'people', permission });

/** Everyone, signed in or not. */
export const Public = (more: { identified?: true; fromPages?: true } = {}): MethodDecorator =>
  openTo({ kind: 'public', ...more });

/** Enrolled gateways; with `orPeopleWith` also people whose roles carry that permission. */
export const ForGateways = (more: { orPeopleWith?: Permission } = {}): MethodDecorator =>
  openTo({ kind: 'gateways', people: more.orPeopleWith ?? null });

/** SCIM clients, each for the side of its token. */
export const ForProvisioners = (): MethodDecorator => openTo({ kind: 'provisioners' });

/** A call does not keep its session from expiring: pages call the handler by themselves. */
export const KeepsNoSession = (): MethodDecorator => SetMetadata(KEEPS_NO_SESSION, true);

export const keepsNoSession = (handler: object): boolean => Reflect.hasMetadata(KEEPS_NO_SESSION, handler);

function openTo(rule: CallerRule): MethodDecorator {
  return (_target, _name, descriptor) => {
    const handler = descriptor.value;
    if (typeof handler !== 'function') throw new Error('only handlers have access rules');
    Reflect.defineMetadata(ACCESS_RULES, [...callerRulesOf(handler), rule], handler);
  };
}

/** All access rules of a handler. The guard refuses every call to a handler that has not exactly one (P13). */
export function callerRulesOf(handler: object): readonly CallerRule[] {
  return (Reflect.getMetadata(ACCESS_RULES, handler) as CallerRule[] | undefined) ?? [];
}

/** The one access rule of a handler; undefined if it has none or more than one. */
export function callerRuleOf(handler: object): CallerRule | undefined {
  const rules = callerRulesOf(handler);
  return rules.length === 1 ? rules[0] : undefined;
}
