import type { EnrolledGateway } from '@countersign/access';

/** A gateway that was enrolled and never came: it serves every tenant and service, and has pinned nothing. */
export const enrolledGateway = (
  parts: Partial<EnrolledGateway> & Pick<EnrolledGateway, 'id' | 'createdAt'>,
): EnrolledGateway => ({
  name: 'eu-1',
  secretHash: 'h',
  publicKey: null,
  revokedAt: null,
  lastSeenAt: null,
  closedAt: null,
  pins: [],
  pinsAt: null,
  services: null,
  tenants: null,
  version: null,
  forms: null,
  ...parts,
});
