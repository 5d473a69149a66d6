import { z } from 'zod';
import { component } from '../openapi/components.js';

/** For calls that need no body: none, or an empty object. */
export const noBody = component('NoBody', z.strictObject({}));
