import fc from 'fast-check';
import { SAMPLES } from '../../support/samples.js';
import { SCOPE_PROPERTIES } from '../../support/scope-properties.js';

test.each(SCOPE_PROPERTIES)('%s', (_name, property) => {
  fc.assert(property, { numRuns: SAMPLES.scopes.quick });
});
