import { type FaultCode, faultOf } from './codecs.js';
import { isObject, type Json, type JsonObject, type Path, pointerOf } from './document.js';
import { CONTROLS, type Field, type Members } from './fields.js';

/** What is wrong at one place of the document. */
export interface Fault {
  pointer: string;
  code: string;
  /** The broker's own words. Absent: the page has words for the code. */
  detail?: string;
}

/** All faults that the page itself can find. The broker checks the document again, and also rules that only it knows. */
export function findFaults(document: JsonObject): Fault[] {
  return faultsOfMembers(CONTROLS, document, []);
}

function faultsOfMembers(members: Members, object: JsonObject, path: Path): Fault[] {
  return Object.entries(members).flatMap(([name, field]) =>
    faultsOfMember(field, Object.hasOwn(object, name) ? object[name] : undefined, [...path, name]),
  );
}

function faultsOfMember(field: Field, value: Json | undefined, path: Path): Fault[] {
  // Approvals at the top level have a default, like every other member there.
  if (value === undefined && path.length === 1) return [];
  const code = faultOf(field, value);
  if (code !== null) return [{ pointer: pointerOf(path), code }];
  if (field.kind === 'object' && isObject(value)) {
    const inside = faultsOfMembers(field.members, value, path);
    return Object.keys(value).length === 0 && inside.length === 0
      ? [{ pointer: pointerOf(path), code: 'missing' satisfies FaultCode }]
      : inside;
  }
  if (field.kind === 'items' && Array.isArray(value))
    return value.flatMap((item, index) => {
      const place = [...path, index];
      if (!isObject(item)) return [{ pointer: pointerOf(place), code: 'not_valid' satisfies FaultCode }];
      return faultsOfMembers(field.members, item, place);
    });
  return [];
}

/** The faults at this place or inside it. */
export const faultsWithin = (faults: readonly Fault[], path: Path): Fault[] => {
  const place = pointerOf(path);
  return faults.filter(({ pointer }) => pointer === place || pointer.startsWith(`${place}/`));
};
