import { ANY_MEMBER, fieldNames, MAX_FIELD_POINTER } from '@countersign/contract';

/** One step of the pointers that begin alike. `isField`: a pointer ends here. */
export type FieldNode = {
  readonly members: ReadonlyMap<string, FieldNode>;
  readonly any: FieldNode | undefined;
  readonly isField: boolean;
};

type Growing = { members: Map<string, Growing>; any: Growing | undefined; isField: boolean };
const newNode = (): Growing => ({ members: new Map(), any: undefined, isField: false });

/** Pointers (`fieldPointer`) as a tree from the root of a JSON text. */
export function fieldTree(pointers: readonly string[]): FieldNode {
  const root = newNode();
  for (const pointer of pointers) {
    let node = root;
    for (const name of fieldNames(pointer)) node = name === ANY_MEMBER ? anyOf(node) : memberOf(node, name);
    node.isField = true;
  }
  return root;
}

function anyOf(node: Growing): Growing {
  node.any ??= newNode();
  return node.any;
}

function memberOf(node: Growing, name: string): Growing {
  const found = node.members.get(name) ?? newNode();
  node.members.set(name, found);
  return found;
}

/** No name of a pointer is longer as UTF-8, or as a JSON string in which every character is escaped (`\u0061`). */
export const MAX_NAME_BYTES = 6 * MAX_FIELD_POINTER;

/** The nodes for a member or item below these nodes. `name`: undefined for one that is longer than any name of a pointer. */
export function nodesBelow(nodes: readonly FieldNode[], name: string | undefined): readonly FieldNode[] {
  if (nodes.length === 0) return nodes;
  const below: FieldNode[] = [];
  for (const { members, any } of nodes) {
    if (any !== undefined) below.push(any);
    const named = name === undefined ? undefined : members.get(name);
    if (named !== undefined) below.push(named);
  }
  return below;
}
