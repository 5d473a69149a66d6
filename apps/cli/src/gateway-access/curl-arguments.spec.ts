import { buildCurlArguments, pathIn, printsAnswer, REFUSED } from './curl-arguments.js';

const AT = 'http://localhost:4100/billing';
const OWN = ['-q', '--path-as-is', '--globoff', '--noproxy', '*', '--header', '@/dev/fd/3'];
const argumentsOf = (...args: string[]) => {
  const built = buildCurlArguments(['--', ...args], AT, '/dev/fd/3');
  expect(built.slice(0, OWN.length)).toEqual(OWN);
  return built.slice(OWN.length);
};

test.each([
  [['/x'], [`${AT}/x`]],
  [
    ['-o', '/dev/null', '-w', '%{http_code}', '/x'],
    ['-o', '/dev/null', '-w', '%{http_code}', `${AT}/x`],
  ],
  [
    ['-sSo', '/dev/null', '/x', '-D', '/tmp/headers'],
    ['-sSo', '/dev/null', `${AT}/x`, '-D', '/tmp/headers'],
  ],
  [
    ['-o/dev/null', '-XPUT', '-T', '/tmp/file', '/x'],
    ['-o/dev/null', '-XPUT', '-T', '/tmp/file', `${AT}/x`],
  ],
  [
    ['--output', '/a', '--dump-header', '/b', '--cacert', '/c', '--data', '/d', '/x'],
    ['--output', '/a', '--dump-header', '/b', '--cacert', '/c', '--data', '/d', `${AT}/x`],
  ],
  [
    ['--no-buffer', '-L', '--max-redirs', '3', '/x'],
    ['--no-buffer', '-L', '--max-redirs', '3', `${AT}/x`],
  ],
  [
    ['--compressed', '/x'],
    ['--compressed', `${AT}/x`],
  ],
  [
    ['-H', '-o', '/x'],
    ['-H', '-o', `${AT}/x`],
  ],
])('%j: the one argument that is no option and no value of one is the path', (args, expected) => {
  expect(argumentsOf(...args)).toEqual(expected);
});

test.each([[['-o', '/dev/null']], [['--output', '/x', '-s']], [['-d', '/x']]])('%j names no path', (args) => {
  expect(() => argumentsOf(...args)).toThrow(expect.objectContaining({ code: 'invalid_usage', exit: 2 }));
});

test('a gateway with https may be reached through the proxy of the environment', () => {
  expect(buildCurlArguments(['/x'], 'https://gateway.example/billing', '/dev/fd/3')).toEqual([
    '-q',
    '--path-as-is',
    '--globoff',
    '--header',
    '@/dev/fd/3',
    'https://gateway.example/billing/x',
  ]);
});

const refuses = (...args: string[]) =>
  expect(() => argumentsOf(...args)).toThrow(expect.objectContaining({ code: 'invalid_usage', exit: 2 }));

test.each([
  [['/x', 'https://evil.example/']],
  [['https://evil.example/', '/x']],
  [['-s', '/x', '/y']],
  [['/x', 'evil.example']],
  [['-o', '/dev/null', '/x', '-s', '//evil.example']],
  [['--', '/x', 'https://evil.example']],
  [['/x', '-']],
])('P11: a second URL is refused, because curl would send the token there: %j', (args) => refuses(...args));

describe('P11: an option that sends the token elsewhere or shows it is refused', () => {
  const options = Object.values(REFUSED).flat();
  const short = options.filter((option) => option.length === 2);
  const long = options.filter((option) => option.length > 2);

  test.each(options)('%s', (option) => {
    refuses(option, '/x');
    refuses(option, 'https://evil.example', '/x');
    refuses('/x', option);
  });

  test.each(short)('%s among other letters, and with its value', (option) => {
    const [, letter] = option;
    refuses(`-sS${letter}`, 'https://evil.example', '/x');
    refuses(`-sS${letter}https://evil.example`, '/x');
    refuses(`${option}https://evil.example`, '/x');
  });

  test.each(long)('%s in every abbreviation that curl may accept', (option) => {
    for (let length = 3; length < option.length; length++) {
      const abbreviation = option.slice(0, length);
      // `--trace` and the like are options themselves. The value that follows would then be a second path.
      refuses(abbreviation, 'https://evil.example', '/x');
    }
    refuses(`${option}=https://evil.example`, '/x');
    refuses(`--no-${option.slice(2)}`, '/x');
    refuses(`--expand-${option.slice(2)}`, 'https://evil.example', '/x');
  });

  test('but the same text as the value of another option is data', () => {
    expect(argumentsOf('-d', '--url', '-H', '-K', '/x')).toEqual(['-d', '--url', '-H', '-K', `${AT}/x`]);
  });
});

test.each<[string[], string, boolean]>([
  [['--', '/x?y=1'], '/x', true],
  [['-s', '-XPOST', '-d', '-o', '/x'], '/x', true],
  [['-sSo', '/tmp/a', '/x'], '/x', false],
  [['-o/tmp/a', '/x'], '/x', false],
  [['--', '/x', '-O'], '/x', false],
  [['--output', '/a', '/x'], '/x', false],
  [['--remote-name', '/x/y'], '/x/y', false],
  [['-H', 'x: o', '/x'], '/x', true],
])('%j calls %s, and prints the answer: %s', (args, path, isPrinted) => {
  expect([pathIn(args), printsAnswer(args)]).toEqual([path, isPrinted]);
});
