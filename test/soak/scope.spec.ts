import fc from 'fast-check';
import { SAMPLES } from '../support/samples.js';
import { SCOPE_PROPERTIES } from '../support/scope-properties.js';

test.each(SCOPE_PROPERTIES)(
  '%s, twenty thousand times',
  (_name, property) => {
    fc.assert(property, { numRuns: SAMPLES.scopes.full });
  },
  600_000,
);
