const PARAMETER = /^\{([^{}]+)\}$/;
const LITERAL = /^[A-Za-z0-9._~!$&'()*+,=:@-]+$/;
const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** A route's path, and the name that each parameter of the description has in it. */
interface PathTemplate {
  path: string;
  names: ReadonlyMap<string, string>;
}

/**
 * The path of a route for a path of a description. Parameters get names that a route may have, and the tenant's is
 * `{tenant}`.
 *
 * @param tenant the description's name of the parameter that is the tenant; undefined if the path does not name the tenant
 * @returns why there is none, for a path that a route cannot express
 */
export function pathTemplate(path: string, tenant: string | undefined): PathTemplate | { reason: string } {
  // No client sends a fragment or an invisible character: descriptions use them to tell two operations of a path apart.
  const [sent = ''] = path.replaceAll(/\p{Cf}/gu, '').split('#');
  if (sent.includes('?')) return { reason: 'the path has a query' };
  const names = new Map<string, string>();
  const segments: string[] = [];
  const parts = sent.split('/').slice(1);
  for (const [index, segment] of parts.entries()) {
    const parameter = PARAMETER.exec(segment)?.[1];
    if (parameter !== undefined) {
      if (names.has(parameter)) return { reason: `the path names {${parameter}} twice` };
      names.set(parameter, parameter === tenant ? 'tenant' : freeName(parameter, names, tenant));
      segments.push(`{${names.get(parameter)}}`);
    } else if (LITERAL.test(segment) && segment !== '.' && segment !== '..') {
      segments.push(segment);
    } else if (segment === '' && index === parts.length - 1) {
      segments.push('');
    } else {
      return { reason: reasonAgainst(segment) };
    }
  }
  if (tenant !== undefined && !names.has(tenant))
    return { reason: `the path does not name the tenant: it has no {${tenant}}` };
  return { path: `/${segments.join('/')}`, names };
}

function reasonAgainst(segment: string): string {
  if (segment === '') return 'the path has an empty segment';
  if (segment.includes('{')) return `“${segment}” mixes text and a parameter`;
  return `“${segment}” has characters that no route may have`;
}

/** A name for a parameter that no other one of the path has. `tenant` is kept for the tenant. */
function freeName(wish: string, taken: ReadonlyMap<string, string>, tenant: string | undefined): string {
  const cleaned = wish.replaceAll(/[^A-Za-z0-9_]/g, '_');
  const base = NAME.test(cleaned) ? cleaned : `p_${cleaned}`;
  const used = new Set([...taken.values(), 'tenant']);
  // Without a tenant in the path, `tenant` is a name like any other, and yet no route may have it.
  let name = base === 'tenant' && tenant === undefined ? 'tenant_id' : base;
  for (let count = 2; used.has(name); count += 1) name = `${base}_${count}`;
  return name;
}
