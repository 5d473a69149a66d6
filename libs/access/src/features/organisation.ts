/** Sides and their people, services, controls and groups, and the changes of them that wait. */

export {
  type AccessPolicy,
  type AccessRule,
  endpointHash,
  isForTenant,
  type OidcSettings,
  type Organisation,
  type OrganisationPerson,
  type OrganisationTenant,
  type ScimSettings,
  type ServiceRecord,
  type SignalSettings,
  type SlackPlace,
  type TenantRecord,
  tenantOfSide,
  VENDOR_SLUG,
  type WebhookSettings,
} from '../domain/organisation.js';
export { isForeignAddress, type OwnedDomain, readDomain } from '../domain/owned-domains.js';
export {
  addressOf,
  exactEmail,
  hasRole,
  normaliseEmail,
  type Person,
  type Principal,
} from '../domain/person.js';
export {
  effectiveFacts,
  type FactValues,
  type PersonFacts,
} from '../domain/person-facts.js';
export {
  type ControlRule,
  type EmergencyControls,
  EXTRA_STAGE,
  type PrivacyControls,
  type WideningControls,
} from '../domain/privacy-controls.js';
export {
  SCIM_LIMITS,
  type ScimGroup,
  type ScimProfile,
  type ScimToken,
  type ScimUser,
} from '../domain/provisioning.js';
export {
  type ControlsWidening,
  type PersonWidening,
  takesEffectAt,
  WIDENING_TRANSITIONS,
  type Widening,
} from '../domain/widening.js';
export { changedMembers } from '../use-cases/organisation/changed-members.js';
export {
  getPerson,
  getService,
  listServices,
  organisationNames,
} from '../use-cases/organisation/directory.js';
export {
  type ControlsChangeView,
  type ControlsFacts,
  type ControlsView,
  getPrivacyControls,
  setPrivacyControls,
} from '../use-cases/organisation/privacy-controls.js';
export {
  addTenantPerson,
  changeTenantPerson,
  listTenantPeople,
  type PersonChangeView,
  removeTenantPerson,
} from '../use-cases/organisation/tenant-people.js';
export {
  type ControlsTest,
  testPrivacyControls,
} from '../use-cases/organisation/test-controls.js';
export {
  confirmWidening,
  draftWideningStatement,
  getWidening,
  listWidenings,
  type WideningView,
  withdrawWidening,
} from '../use-cases/organisation/widenings.js';
export {
  applyOrganisation,
  readWholeOrganisation,
} from '../use-cases/organisation-file/apply-organisation.js';
export {
  previewOrganisation,
  readOrganisationInForce,
} from '../use-cases/organisation-file/organisation-file.js';
export { organisationHash } from '../use-cases/organisation-file/organisation-hash.js';
export type { OrganisationChange } from '../use-cases/organisation-file/plan/organisation-step.js';
export {
  changeProvisionedGroup,
  createProvisionedGroup,
  findProvisionedGroups,
  getProvisionedGroup,
  type ProvisionedGroupInput,
  readProvisionedGroups,
  removeProvisionedGroup,
} from '../use-cases/provisioning/scim-groups.js';
export {
  authenticateScimToken,
  createScimToken,
  revokeScimToken,
} from '../use-cases/provisioning/scim-tokens.js';
export {
  changeProvisionedUser,
  createProvisionedUser,
  findProvisionedUsers,
  getProvisionedUser,
  type ProvisionedUser,
  type ProvisionedUserInput,
  readProvisionedUsers,
  removeProvisionedUser,
} from '../use-cases/provisioning/scim-users.js';
