import { connectionOptions } from './connection-options.js';

const optionsOf = (...values: string[]) => [
  ...connectionOptions([['host', 'close'], ...values.map((value) => ['connection', value] as const)]),
];

test.each<[string[], string[]]>([
  [[], []],
  [[''], ['']],
  [['keep-alive'], ['keep-alive']],
  [['Keep-Alive'], ['keep-alive']],
  [['close'], ['close']],
  [['X-A , Close,Upgrade'], ['x-a', 'close', 'upgrade']],
  [
    ['keep-alive', 'close'],
    ['keep-alive', 'close'],
  ],
  [
    ['close', 'keep-alive'],
    ['close', 'keep-alive'],
  ],
  [
    ['x', 'close', 'y'],
    ['x', 'close', 'y'],
  ],
  [['keep-alive', 'keep-alive'], ['keep-alive']],
])('Connection fields %j list %j', (values, options) => {
  expect(optionsOf(...values)).toEqual(options);
});
