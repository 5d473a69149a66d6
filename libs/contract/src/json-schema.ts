import { z } from 'zod';
import { serviceDefinitionSchema } from './route/route-map.js';
import { approvalSchema } from './statement/approval.js';
import { invitationSchema } from './statement/invitation.js';
import { practiceSchema } from './statement/practice.js';
import { presenceSchema } from './statement/presence.js';
import { signatureSchema } from './statement/signature.js';
import { liftSchema, stopSchema } from './statement/stop.js';
import { trustDocumentSchema } from './statement/trust-document.js';
import { wideningSchema } from './statement/widening.js';
import { termsSchema } from './terms/terms.js';

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

/** JSON Schema (draft 2020-12) of an approval's statement, as published in docs/schemas/approval-v1.json. */
export function approvalJsonSchema(): object {
  return { ...z.toJSONSchema(approvalSchema), title: 'Countersign approval statement, version 1' };
}

/** JSON Schema (draft 2020-12) of a stop's statement, as published in docs/schemas/stop-v1.json. */
export function stopJsonSchema(): object {
  return { ...z.toJSONSchema(stopSchema), title: 'Countersign stop statement, version 1' };
}

/** JSON Schema (draft 2020-12) of a lift's statement, as published in docs/schemas/lift-v1.json. */
export function liftJsonSchema(): object {
  return { ...z.toJSONSchema(liftSchema), title: 'Countersign lift statement, version 1' };
}

/** JSON Schema (draft 2020-12) of a presence's statement, as published in docs/schemas/presence-v1.json. */
export function presenceJsonSchema(): object {
  return { ...z.toJSONSchema(presenceSchema), title: 'Countersign presence statement, version 1' };
}

/** JSON Schema (draft 2020-12) of a practice's statement, as published in docs/schemas/practice-v1.json. */
export function practiceJsonSchema(): object {
  return { ...z.toJSONSchema(practiceSchema), title: 'Countersign practice statement, version 1' };
}

/** JSON Schema (draft 2020-12) of a widening's statement, as published in docs/schemas/widening-v1.json. */
export function wideningJsonSchema(): object {
  return { ...z.toJSONSchema(wideningSchema), title: 'Countersign widening statement, version 1' };
}

/** JSON Schema (draft 2020-12) of a trust document, as published in docs/schemas/trust-v1.json. */
export function trustJsonSchema(): object {
  return { ...z.toJSONSchema(trustDocumentSchema), title: 'Countersign trust document, version 1' };
}

/** JSON Schema (draft 2020-12) of a signature over a statement, as published in docs/schemas/signature-v1.json. */
export function signatureJsonSchema(): object {
  return { ...z.toJSONSchema(signatureSchema), title: 'Countersign signature over a statement' };
}
