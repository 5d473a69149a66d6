import { lineForTerminal } from './service.js';

describe('lines of a log that reach the terminal', () => {
  test.each([
    ['an ordinary entry', 'stdout', '{"level":30,"msg":"answered"}', undefined],
    ['a warning', 'stdout', '{"level":40,"msg":"broker is gone"}', 'warning: broker is gone'],
    [
      'an error with its cause',
      'stdout',
      '{"level":50,"msg":"call failed","err":{"message":"disk full","stack":"…"}}',
      'error: call failed (disk full)',
    ],
    ['plain words on stderr', 'stderr', 'error[invalid_config]: …', 'error[invalid_config]: …'],
    ['plain words on stdout', 'stdout', 'hello', undefined],
    [
      'the advice of the provider’s package about Node',
      'stderr',
      'oidc-provider WARNING: Unsupported runtime. Use Node.js v22.x LTS, or a later LTS release.',
      undefined,
    ],
    ['an empty line', 'stderr', '  ', undefined],
    ['broken JSON on stderr', 'stderr', '{"level":', '{"level":'],
  ] as const)('%s', (_case, stream, line, shown) => {
    expect(lineForTerminal(stream, line)).toBe(shown);
  });
});
