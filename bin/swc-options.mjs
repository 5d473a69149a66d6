/** Shared by the build (compile.mjs) and the tests (jest.config.mjs), so that the tests run the same code as the programs. */
export const SWC_OPTIONS = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
  module: { type: 'es6' },
};
