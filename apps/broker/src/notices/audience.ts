import type { Notice, Person } from '@countersign/access';
import { hasPermission, requestVisibility } from '@countersign/access';
import { TENANT_ROLES, type TenantRole, VENDOR_ROLES, type VendorRole } from '@countersign/contract';

/** An entry of an audience: one person by id, everyone with a role on one side, or a tenant's approvers in a group. */
type AudienceEntry =
  | { person: string }
  | { tenant: string | null; role: VendorRole | TenantRole }
  | { tenant: string; group: string }
  | null;

/** Reads `usr_…`, `role:{vendor or tenant}:{role}` or `group:{tenant}:{group}`; null if it is none of them. */
function readEntry(entry: string): AudienceEntry {
  if (entry.startsWith('usr_')) return { person: entry };
  const [kind, side, role, ...rest] = entry.split(':');
  if (side === undefined || role === undefined || rest.length > 0) return null;
  if (kind === 'group') return { tenant: side, group: role };
  if (kind !== 'role') return null;
  const roles: readonly string[] = side === 'vendor' ? VENDOR_ROLES : TENANT_ROLES;
  if (!roles.includes(role)) return null;
  return { tenant: side === 'vendor' ? null : side, role: role as VendorRole | TenantRole };
}

/** Neither a removed person nor a person of another tenant receives a notice, whatever the audience says (P9). */
const mayReceive = (person: Person, { tenant }: Pick<Notice, 'tenant'>): boolean =>
  person.removedAt === null && (person.tenant === null || person.tenant === tenant);

/** True if an `except:{tenant}:{group}` takes this person out of what is sent to roles and groups. */
const isExcepted = (person: Person, audience: readonly string[]): boolean =>
  audience.some((entry) => {
    const [kind, tenant, group = ''] = entry.split(':');
    return kind === 'except' && tenant === person.tenant && (person.groups ?? []).includes(group);
  });

/** Whether this entry names the person. */
function isNamed(person: Person, entry: AudienceEntry, audience: readonly string[]): boolean {
  if (entry === null) return false;
  if ('person' in entry) return entry.person === person.id;
  if (entry.tenant !== person.tenant || isExcepted(person, audience)) return false;
  return 'role' in entry
    ? person.roles.includes(entry.role)
    : person.roles.includes('approver') && (person.groups ?? []).includes(entry.group);
}

/** Whether the audience names this person. */
export function isAddressed(person: Person, notice: Pick<Notice, 'audience' | 'tenant'>): boolean {
  if (!mayReceive(person, notice)) return false;
  return notice.audience.some((text) => isNamed(person, readEntry(text), notice.audience));
}

/** Whether the person may read all requests of this tenant: their pages then update with every decision. */
export function mayRead(person: Person, notice: Pick<Notice, 'tenant'>): boolean {
  if (!mayReceive(person, notice) || !hasPermission(person, 'request.read')) return false;
  const visibility = requestVisibility(person);
  return 'all' in visibility || ('tenant' in visibility && visibility.tenant === notice.tenant);
}

/** Finds people. */
export interface People {
  person(id: string): Promise<Person | null>;
  withRole(tenant: string | null, role: VendorRole | TenantRole): Promise<Person[]>;
}

/** Everyone whom the audience names, each once. */
export async function personsOf(
  notice: Pick<Notice, 'audience' | 'tenant'>,
  people: People,
): Promise<Person[]> {
  const found = new Map<string, Person>();
  for (const text of notice.audience) {
    const entry = readEntry(text);
    if (entry === null) continue;
    const named =
      'person' in entry
        ? [await people.person(entry.person)]
        : await people.withRole(entry.tenant, 'role' in entry ? entry.role : 'approver');
    for (const person of named)
      if (person !== null && mayReceive(person, notice) && isNamed(person, entry, notice.audience))
        found.set(person.id, person);
  }
  return [...found.values()];
}
