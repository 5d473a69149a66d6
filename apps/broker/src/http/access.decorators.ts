import type { Permission } from '@countersign/access';

/** Who may reach a handler. Whose object it is they may touch is decided by the use case. */
export type AccessRule =
  | {
      kind: 'public';
      /** Who calls is found out all the same, where they are signed in. */
      identified?: true;
      /** Called by our own pages alone: sign-ins must not be forged from elsewhere either. */
      fromPages?: true;
    }
  | { kind: 'people'; permission: Permission }
  | { kind: 'gateways'; people: Permission | null };

const MARKS = 'countersign:marks';
const NO_USE = 'countersign:no-use';

/** People whose roles carry the permission. */
export const Allow = (permission: Permission): MethodDecorator => mark({ kind: 'people', permission });

/** Everybody, signed in or not. */
export const Public = (more: { identified?: true; fromPages?: true } = {}): MethodDecorator =>
  mark({ kind: 'public', ...more });

/** Enrolled gateways; with `orPeopleWith` also people whose roles carry that permission. */
export const ForGateways = (more: { orPeopleWith?: Permission } = {}): MethodDecorator =>
  mark({ kind: 'gateways', people: more.orPeopleWith ?? null });

/** Being asked keeps no session alive: pages do so without anybody there. */
export function KeepsNoSession(): MethodDecorator {
  return (_target, _name, descriptor) => {
    if (typeof descriptor.value === 'function') Reflect.defineMetadata(NO_USE, true, descriptor.value);
  };
}

export const keepsNoSession = (handler: object): boolean => Reflect.hasMetadata(NO_USE, handler);

function mark(given: AccessRule): MethodDecorator {
  return (_target, _name, descriptor) => {
    const handler = descriptor.value;
    if (typeof handler !== 'function') throw new Error('only handlers are marked');
    Reflect.defineMetadata(MARKS, [...accessRulesOf(handler), given], handler);
  };
}

/** All marks of a handler. Anything but exactly one is a mistake, which the guard answers with a refusal (P13). */
export function accessRulesOf(handler: object): readonly AccessRule[] {
  return (Reflect.getMetadata(MARKS, handler) as AccessRule[] | undefined) ?? [];
}

/** The one mark of a handler; undefined where there is none or more than one. */
export function accessRuleOf(handler: object): AccessRule | undefined {
  const marks = accessRulesOf(handler);
  return marks.length === 1 ? marks[0] : undefined;
}
