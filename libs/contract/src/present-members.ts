/** All members of `T`; one that is absent is undefined. The compiler names each member that an object of this type lacks. */
export type EveryMember<T> = { [Name in keyof Required<T>]: T[Name] };

/** A copy without the undefined members: in signed bytes a member is there or not, and never null or undefined. */
export function presentMembers<T extends object>(members: EveryMember<T>): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
