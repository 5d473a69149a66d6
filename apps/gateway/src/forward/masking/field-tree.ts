import { ANY_MEMBER, fieldNames, MAX_FIELD_POINTER } from '@countersign/contract';

/** One step shared by all pointers that begin alike. `any`: the step `*`. `isField`: a pointer ends here. */
export type FieldNode = {
  readonly members: ReadonlyMap<string, FieldNode>;
  readonly any: FieldNode | undefined;
  readonly isField: boolean;
};

/** A node while the tree is built. */
type MutableNode = { members: Map<string, MutableNode>; any: MutableNode | undefined; isField: boolean };
const newNode = (): MutableNode => ({ members: new Map(), any: undefined, isField: false });

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

function anyOf(node: MutableNode): MutableNode {
  node.any ??= newNode();
  return node.any;
}

function memberOf(node: MutableNode, name: string): MutableNode {
  const found = node.members.get(name) ?? newNode();
  node.members.set(name, found);
  return found;
}

/** The most bytes that a name of a pointer can take in a JSON text: every character may be escaped (`\u0061`, 6 bytes). */
export const MAX_NAME_BYTES = 6 * MAX_FIELD_POINTER;

/** The nodes for a member or item below these nodes. `name`: undefined if it is longer than any name of a pointer can be. */
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
