import { z } from 'zod';
import { serviceDefinitionSchema } from './route/route.js';
import { invitationSchema } from './statement/invitation.js';
import { termsSchema } from './terms/schema.js';

/** JSON Schema (draft 2020-12) of terms v1, as published in docs/schemas/terms-v1.json. */
export function termsJsonSchema(): object {
  return { ...z.toJSONSchema(termsSchema), title: 'Countersign terms, version 1' };
}

/** JSON Schema (draft 2020-12) of an invitation's statement, as published in docs/schemas/invitation-v1.json. */
export function invitationJsonSchema(): object {
  return { ...z.toJSONSchema(invitationSchema), title: 'Countersign invitation statement, version 1' };
}

/** JSON Schema (draft 2020-12) of a service with its route map, as published in docs/schemas/route-map.json. */
export function routeMapJsonSchema(): object {
  return { ...z.toJSONSchema(serviceDefinitionSchema), title: 'Countersign data service with its route map' };
}
