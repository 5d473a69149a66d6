/** Someone who takes part: a person of the demo's organisation file. `tenant` is null for the vendor's staff. */
export type Persona = { email: string; tenant: string | null; name: string; role: string };

/** The main tour plays on this tenant. */
export const TENANT = 'globex';
const TENANT_NAME = 'Globex International';
const VENDOR_NAME = 'Northwind Cloud';

/** The tour of attacks plays on this tenant, and claims it. People who try the demo by hand use the other tenants. */
export const CLAIMED_TENANT = 'initech';

export const ERIN: Persona = {
  email: 'erin@northwind.example',
  tenant: null,
  name: 'Erin Okafor',
  role: `engineer at ${VENDOR_NAME}`,
};

export const MAX: Persona = {
  email: 'max@northwind.example',
  tenant: null,
  name: 'Max Lind',
  role: `reviewer at ${VENDOR_NAME}`,
};

export const GWEN: Persona = {
  email: 'gwen@globex.example',
  tenant: TENANT,
  name: 'Gwen Achterberg',
  role: `approver at ${TENANT_NAME}`,
};

export const IVAN: Persona = {
  email: 'ivan@initech.example',
  tenant: CLAIMED_TENANT,
  name: 'Ivan Baptiste',
  role: 'approver and admin at Initech Systems',
};

export const JOAN: Persona = {
  email: 'joan@initech.example',
  tenant: CLAIMED_TENANT,
  name: 'Joan Mercer',
  role: 'approver at Initech Systems',
};

export const INTRUDER: Persona = {
  email: 'nobody@intruder.example',
  tenant: null,
  name: 'The intruder',
  role: `in the broker of ${VENDOR_NAME}`,
};
