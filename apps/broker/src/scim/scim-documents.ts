import { SCIM_SCHEMAS } from '@countersign/api';

/** RFC 7643 §5. */
export const SERVICE_PROVIDER_CONFIG = {
  schemas: [SCIM_SCHEMAS.serviceProviderConfig],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: 500 },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: true },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: 'A token of `countersign scim create`, sent as `Authorization: Bearer csm_…`.',
      specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
      primary: true,
    },
  ],
};

/** RFC 7643 §6. */
export const RESOURCE_TYPES = [
  {
    schemas: [SCIM_SCHEMAS.resourceType],
    id: 'User',
    name: 'User',
    endpoint: '/Users',
    description: 'A person of this side.',
    schema: SCIM_SCHEMAS.user,
    schemaExtensions: [{ schema: SCIM_SCHEMAS.enterpriseUser, required: false }],
  },
  {
    schemas: [SCIM_SCHEMAS.resourceType],
    id: 'Group',
    name: 'Group',
    endpoint: '/Groups',
    description: 'A group of people. The organisation file says which roles it gives.',
    schema: SCIM_SCHEMAS.group,
    schemaExtensions: [],
  },
];

interface Attribute {
  name: string;
  description: string;
  type?: 'string' | 'boolean' | 'complex' | 'reference';
  mutability?: 'readOnly' | 'readWrite' | 'immutable';
  required?: true;
  caseExact?: true;
  multiValued?: true;
  uniqueness?: 'server';
  referenceTypes?: string[];
  subAttributes?: object[];
}

/** RFC 7643 §7, with the defaults of §2.2. */
const attribute = ({ type = 'string', ...members }: Attribute) => ({
  type,
  multiValued: false,
  required: false,
  mutability: 'readWrite',
  returned: 'default',
  ...(type === 'string' || type === 'reference' ? { caseExact: false, uniqueness: 'none' } : {}),
  ...members,
});

const reference = (to: string, mutability: 'readOnly' | 'immutable') =>
  attribute({
    name: '$ref',
    description: 'Its address.',
    type: 'reference',
    referenceTypes: [to],
    mutability,
  });

const EXTERNAL_ID = attribute({
  name: 'externalId',
  description: 'How the client names it.',
  caseExact: true,
});

/** RFC 7643 §7: what is kept of users and groups. Everything else that a client sends is ignored. */
export const SCHEMAS = [
  {
    schemas: [SCIM_SCHEMAS.schema],
    id: SCIM_SCHEMAS.user,
    name: 'User',
    description: 'A person of this side.',
    attributes: [
      EXTERNAL_ID,
      attribute({
        name: 'userName',
        description: 'The e-mail address that identifies the person. It never changes.',
        required: true,
        mutability: 'immutable',
        uniqueness: 'server',
      }),
      attribute({
        name: 'name',
        description: 'The parts of the name.',
        type: 'complex',
        subAttributes: ['formatted', 'familyName', 'givenName'].map((name) =>
          attribute({ name, description: 'A part of the name.' }),
        ),
      }),
      attribute({ name: 'displayName', description: 'The name on pages and in notices.' }),
      attribute({
        name: 'userType',
        description:
          'The kind of employment, of the vendor’s people, if the organisation file asks for facts.',
      }),
      attribute({
        name: 'addresses',
        description:
          'The country of the work address, of the vendor’s people, if the organisation file asks for facts.',
        type: 'complex',
        multiValued: true,
        subAttributes: [
          attribute({ name: 'type', description: 'work' }),
          attribute({ name: 'country', description: 'ISO 3166-1 alpha-2.' }),
        ],
      }),
      attribute({
        name: 'active',
        description: 'If false, everything of the person has ended.',
        type: 'boolean',
      }),
      attribute({
        name: 'emails',
        description: 'The address, again.',
        type: 'complex',
        multiValued: true,
        mutability: 'readOnly',
        subAttributes: [
          attribute({ name: 'value', description: 'The address.', mutability: 'readOnly' }),
          attribute({ name: 'type', description: 'work', mutability: 'readOnly' }),
          attribute({ name: 'primary', description: 'true', type: 'boolean', mutability: 'readOnly' }),
        ],
      }),
      attribute({
        name: 'groups',
        description: 'The groups of the person.',
        type: 'complex',
        multiValued: true,
        mutability: 'readOnly',
        subAttributes: [
          attribute({ name: 'value', description: 'The id of the group.', mutability: 'readOnly' }),
          attribute({ name: 'display', description: 'Its name.', mutability: 'readOnly' }),
          reference('Group', 'readOnly'),
        ],
      }),
    ],
  },
  {
    schemas: [SCIM_SCHEMAS.schema],
    id: SCIM_SCHEMAS.enterpriseUser,
    name: 'EnterpriseUser',
    description: 'The enterprise extension, of the vendor’s people.',
    attributes: [
      attribute({
        name: 'organization',
        description: 'The legal entity that employs the person, if the organisation file asks for facts.',
      }),
    ],
  },
  {
    schemas: [SCIM_SCHEMAS.schema],
    id: SCIM_SCHEMAS.group,
    name: 'Group',
    description: 'A group of people. The organisation file says which roles it gives.',
    attributes: [
      EXTERNAL_ID,
      attribute({
        name: 'displayName',
        description: 'The name that the organisation file gives roles to.',
        required: true,
        uniqueness: 'server',
      }),
      attribute({
        name: 'members',
        description: 'People of this side.',
        type: 'complex',
        multiValued: true,
        subAttributes: [
          attribute({ name: 'value', description: 'The id of the user.', mutability: 'immutable' }),
          reference('User', 'immutable'),
          attribute({ name: 'type', description: 'User', mutability: 'immutable' }),
        ],
      }),
    ],
  },
];
