type Json = Record<string, unknown>;

type PathParameter = { description: string; example: string | number; schema?: Json };

const ENTITY = '0199f0a0-7b2c-7001-8000-000000000001';
const PART = { description: 'Name of a tag of this document.', example: 'Requests' };
const DIGEST = {
  description: 'SHA-256 of the document, in hexadecimal.',
  example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
};

/** Each parameter of a path, by its name. What an `{id}` is depends on the segment before it (`IDS`). */
const BY_NAME: Readonly<Record<string, PathParameter>> = {
  slug: { description: 'The tenant’s slug; `deployment` for the log of the deployment.', example: 'acme' },
  name: { description: 'The service’s name.', example: 'billing' },
  credential: { description: 'The passkey’s credential id, base64url.', example: 'cGFzc2tleS0x' },
  day: {
    description: 'A UTC day.',
    example: '2026-11-24',
    schema: { type: 'string', format: 'date' },
  },
  period: { description: 'A half-year, such as `2026-H1`.', example: '2026-H1' },
  figure: { description: 'The figure’s name in the report.', example: 'demands.received' },
  side: { description: '`vendor`, or a tenant’s slug.', example: 'acme' },
  index: {
    description: 'Index of a leaf, from 0.',
    example: 0,
    schema: { type: 'integer', minimum: 0 },
  },
  path: { description: 'Level and number of a tile (C2SP tlog-tiles).', example: '0/000' },
  sha256: DIGEST,
  part: PART,
};

const IDS: Readonly<Record<string, PathParameter>> = {
  'access-reviews': { description: 'The access review.', example: `acr_${ENTITY}` },
  demands: { description: 'The demand.', example: `dem_${ENTITY}` },
  'export-targets': { description: 'The receiver.', example: `xpt_${ENTITY}` },
  gateways: { description: 'The gateway.', example: `gtw_${ENTITY}` },
  grants: { description: 'The grant.', example: `grt_${ENTITY}` },
  incidents: { description: 'The incident.', example: `inc_${ENTITY}` },
  invitations: { description: 'The invitation.', example: `inv_${ENTITY}` },
  keys: { description: 'The API key, by its id.', example: `key_${ENTITY}` },
  locks: { description: 'The lock.', example: `lck_${ENTITY}` },
  notices: { description: 'The notice.', example: `ntc_${ENTITY}` },
  'notice-addresses': { description: 'The mailbox.', example: `nad_${ENTITY}` },
  people: { description: 'The person.', example: `usr_${ENTITY}` },
  practices: { description: 'The practice.', example: `prc_${ENTITY}` },
  proposals: { description: 'The proposed version.', example: `prp_${ENTITY}` },
  'push-subscriptions': { description: 'The subscription.', example: `psh_${ENTITY}` },
  requests: { description: 'The request.', example: `req_${ENTITY}` },
  sessions: { description: 'The session.', example: `ses_${ENTITY}` },
  accounts: { description: 'The linked account.', example: `sla_${ENTITY}` },
  templates: { description: 'The template.', example: `tpl_${ENTITY}` },
  widenings: { description: 'The widening.', example: `wdn_${ENTITY}` },
  Groups: { description: 'The group’s id.', example: `grp_${ENTITY}` },
  Users: { description: 'The user’s id.', example: `usr_${ENTITY}` },
  ResourceTypes: { description: 'Name of the type.', example: 'User' },
  Schemas: { description: 'URN of the schema.', example: 'urn:ietf:params:scim:schemas:core:2.0:User' },
};

/** The parameters of a path, described. @throws Error if this file does not say what one of them means */
export function pathParameters(path: string): Json[] {
  return [...path.matchAll(/([\w-]+)\/\{(\w+)\}/g)].map(([, before = '', name = '']) => {
    const known = name === 'id' ? IDS[before] : BY_NAME[name];
    if (known === undefined) throw new Error(`{${name}} of ${path} is not described`);
    const { description, example, schema = { type: 'string' } } = known;
    return { name, in: 'path', required: true, description, schema, example };
  });
}
