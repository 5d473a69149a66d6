/** Who takes part: people of the demo's organisation file. `tenant` is null for the vendor's own. */
export type Persona = { email: string; tenant: string | null; name: string; role: string };

export const TENANT = 'globex';
export const TENANT_NAME = 'Globex International';
export const VENDOR_NAME = 'Northwind Cloud';

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

/** The tour that shows attacks needs a tenant that is claimed: one that nobody plays on by hand. */
export const CLAIMED_TENANT = 'initech';

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

export const GWEN: Persona = {
  email: 'gwen@globex.example',
  tenant: TENANT,
  name: 'Gwen Achterberg',
  role: `approver at ${TENANT_NAME}`,
};
