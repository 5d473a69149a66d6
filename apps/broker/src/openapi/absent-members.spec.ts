import { readFileSync } from 'node:fs';
import type { Type } from '@nestjs/common';
import { CONTROLLERS } from '../broker.module.js';
import { openApiDocument } from './document.js';
import { routesOf } from './routes.js';

interface Schema {
  properties?: Record<string, unknown>;
  required?: string[];
}
const document = openApiDocument(CONTROLLERS.flatMap((controller) => routesOf(controller as Type))) as {
  paths: Record<string, Record<string, { responses: Record<string, object> }>>;
  components: { schemas: Record<string, Schema> };
};
const { schemas } = document.components;
const optionalOf = ({ properties = {}, required = [] }: Schema): string[] =>
  Object.keys(properties).filter((name) => !required.includes(name));

/** The named schemas in what the broker answers. */
function answered(): string[] {
  const found = new Set<string>();
  const visit = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (found.has(name)) continue;
      found.add(name);
      visit(schemas[name]);
    }
  };
  for (const { responses } of Object.values(document.paths).flatMap((methods) => Object.values(methods)))
    for (const [status, response] of Object.entries(responses)) if (status.startsWith('2')) visit(response);
  return [...found].sort();
}

/** What is signed, what the organisation file says, and what another standard defines: there, a member without a value is absent. */
const ABSENT_IN = [
  /^(Terms|Signature|TrustDocument)$/,
  /Statement$/,
  /^(Service|PrivacyControls|ChangedPrivacyControls|ProposedControls|TemplateRequest)$/,
  /^(Introspection$|Scim)/,
];

/** Members that say something only if they are there. Do not add to this list: give a new member as null if it has no value. */
const ABSENT: Record<string, string> = {
  AccessRecord: 'tenantFrom file requesterFacts masked maskedFields withheld sentSha256',
  AccessRequest: 'sealedLog reasonCode access accessReason waiting outdated outdatedBy',
  AccessRequestDetail:
    'sealedLog reasonCode access accessReason waiting outdatedBy notes stages usually forwardTo people proposed beforeRecord',
  ChangedTenantPerson: 'groups waiting',
  Grant: 'sealedLog unmasked pausedBy',
  GrantDetail: 'sealedLog unmasked pausedBy',
  OrganisationChange: 'heldBy',
  Person: 'facts',
  Review: 'stage',
  TenantPerson: 'groups',
  TransparencyReport: 'requesters',
  Whoami: 'facts',
};

test('a member of an answer is there, and null without a value, apart from those that say something by being there', () => {
  const absent = answered()
    .filter((name) => !ABSENT_IN.some((pattern) => pattern.test(name)))
    .map((name) => [name, optionalOf(schemas[name] ?? {}).join(' ')])
    .filter(([, members]) => members !== '');
  expect(Object.fromEntries(absent)).toEqual(ABSENT);
});

test('an access record has the members that the contract lists; those with a question mark may be absent', () => {
  const contract = readFileSync('docs/contract.md', 'utf8');
  const [, listing = ''] =
    /^The API merges both into one item[^{]*```\n\{([^}]*)\}\n```/m.exec(contract) ?? [];
  const members = listing
    .split(',')
    .map((member) => /^\s*(\w+)(\??)/.exec(member))
    .map((found) => ({ name: found?.[1] ?? '', isOptional: found?.[2] === '?' }));
  const { properties = {}, required = [] } = schemas['AccessRecord'] ?? {};
  const described = Object.keys(properties).map((name) => ({ name, isOptional: !required.includes(name) }));
  expect(members.length).toBeGreaterThan(20);
  expect(new Set(members)).toEqual(new Set(described));
});
