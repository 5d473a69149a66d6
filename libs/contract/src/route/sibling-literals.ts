import { foldSegment, foldsToNothing, readingsOf } from '../resource/fold.js';
import { segmentOfPath } from '../resource/segment.js';
import { parameterName, pathSegments } from './path-template.js';
import type { Route } from './route-map.js';

/** A suffix that names a format, as in `export.json`: services whose routes take one also answer without it. */
const FORMAT = /\.[a-z][a-z0-9]{0,9}$/;
const PERCENT = 0x25;
const DOT = 0x2e;

/** Only a value that begins with an escape or a dot can fold to nothing or to dots. This runs at every call. */
function mayFoldToNothing(value: string): boolean {
  const first = value.charCodeAt(0);
  return first === PERCENT || first === DOT;
}

/**
 * The literal segments that a map has at one place of its paths, of the routes of every method: a service may answer at such a literal
 * whatever the method is (`app.all` of Express), and below it (`app.use`).
 */
export class SiblingLiterals {
  private readonly spelled = new Set<string>();
  private readonly folded = new Set<string>();
  private longest = 0;

  get isEmpty(): boolean {
    return this.folded.size === 0;
  }

  add(literal: string): void {
    const folded = foldSegment(literal);
    this.spelled.add(segmentOfPath(literal) ?? literal);
    for (const reading of [folded, folded.replace(FORMAT, '')]) {
      this.folded.add(reading);
      this.longest = Math.max(this.longest, reading.length);
    }
  }

  /**
   * Whether a service may read the value of a parameter at this place as one of these literals, or as no value at all.
   *
   * @param value in its one spelling
   * @param isExact the service reads each spelling as another path (`paths: exact`)
   */
  mayBeRead(value: string, isExact: boolean): boolean {
    if (isExact) return this.spelled.has(value);
    if (this.isEmpty && !mayFoldToNothing(value)) return false;
    const folded = foldSegment(value);
    if (foldsToNothing(folded)) return true;
    for (const reading of readingsOf(folded, this.longest)) if (this.folded.has(reading)) return true;
    return false;
  }
}

/** A place in the paths of a map. Literals that a service may read alike lead to the same place. */
type Place = { next: Map<string, Place>; siblings: SiblingLiterals };

const PARAMETER = '{}';
const newPlace = (): Place => ({ next: new Map(), siblings: new SiblingLiterals() });
const keyOf = (segment: string): string =>
  parameterName(segment) === undefined ? foldSegment(segment) : PARAMETER;

/** For each parameter in the path of each route, by its position: the literals that the map has in the same place. */
export function siblingLiterals(
  routes: readonly Route[],
): Map<Route, ReadonlyMap<number, SiblingLiterals[]>> {
  const root = newPlace();
  for (const { path } of routes) addPath(root, path);
  return new Map(routes.map((route) => [route, literalsBeside(root, route.path)]));
}

function addPath(root: Place, path: string): void {
  let place = root;
  for (const segment of pathSegments(path)) {
    const key = keyOf(segment);
    if (key !== PARAMETER && key !== '') place.siblings.add(segment);
    const next = place.next.get(key) ?? newPlace();
    place.next.set(key, next);
    place = next;
  }
}

/**
 * Several places are the same place to a service, because its parameters take a literal of this path: for `/orders/{id}` the literal in
 * `/{kind}/export` counts. The opposite needs no look: a value that is a literal is refused where that literal stands.
 */
function literalsBeside(root: Place, path: string): Map<number, SiblingLiterals[]> {
  const beside = new Map<number, SiblingLiterals[]>();
  let places = [root];
  for (const [at, segment] of pathSegments(path).entries()) {
    const key = keyOf(segment);
    if (key === PARAMETER) beside.set(at, literalsOf(places));
    const ways = key === PARAMETER ? [PARAMETER] : [key, PARAMETER];
    places = places.flatMap(({ next }) => ways.flatMap((way) => next.get(way) ?? []));
  }
  return beside;
}

/** Has at least one element, even an empty one: `mayBeRead` also refuses a value that a service may read as nothing. */
function literalsOf(places: readonly Place[]): SiblingLiterals[] {
  const [first, ...others] = places.map(({ siblings }) => siblings);
  return first === undefined ? [] : [first, ...others.filter((siblings) => !siblings.isEmpty)];
}
