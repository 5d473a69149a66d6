import fc from 'fast-check';
import { SCOPE_PROPERTIES } from '../../support/scope-properties.js';

test.each(SCOPE_PROPERTIES)('%s', (_name, property) => {
  fc.assert(property, { numRuns: 500 });
});
