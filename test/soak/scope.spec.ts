import fc from 'fast-check';
import { SCOPE_PROPERTIES } from '../support/scope-properties.js';

test.each(SCOPE_PROPERTIES)(
  '%s, twenty thousand times',
  (_name, property) => {
    fc.assert(property, { numRuns: 20_000 });
  },
  600_000,
);
