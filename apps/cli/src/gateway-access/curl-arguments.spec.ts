import { buildCurlArguments } from './curl-arguments.js';

const AT = 'http://localhost:4100/billing';
const given = (...args: string[]) => buildCurlArguments(['--', ...args], AT, '/dev/fd/3').slice(3);

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
    ['-s', '/x', '/y'],
    ['-s', `${AT}/x`, '/y'],
  ],
  [
    ['--compressed', '/x'],
    ['--compressed', `${AT}/x`],
  ],
  [
    ['-H', '-o', '/x'],
    ['-H', '-o', `${AT}/x`],
  ],
])('%j: the first that begins with / and is no value of an option is the path', (args, expected) => {
  expect(given(...args)).toEqual(expected);
});

test.each([[['-o', '/dev/null']], [['--output', '/x', '-s']], [['-d', '/x']]])('%j names no path', (args) => {
  expect(() => given(...args)).toThrow(expect.objectContaining({ code: 'invalid_usage', exit: 2 }));
});
