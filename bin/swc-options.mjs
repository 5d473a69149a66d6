/** How TypeScript is compiled, for the programs (compile.mjs) and for the tests (jest.config.mjs): both run the same code. */
export const SWC_OPTIONS = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
  module: { type: 'es6' },
};
