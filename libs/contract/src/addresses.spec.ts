import { isLoopbackHost, mayConnect, withoutBrackets } from './addresses.js';

test.each(['1.1.1.1', '93.184.215.14', '2606:4700:4700::1111', '172.32.0.1', '192.169.0.1'])(
  '%s may be called',
  (address) => {
    expect([mayConnect(address, false), mayConnect(address, true)]).toEqual([true, true]);
  },
);

test.each([
  '127.0.0.1',
  '127.255.0.9',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '198.18.0.1',
  '::1',
  'fc00::1',
  'fd12:3456::1',
  '64:ff9b:1::7f00:1',
  '2002:7f00:1::',
])('%s may be called only where private networks are allowed', (address) => {
  expect([mayConnect(address, false), mayConnect(address, true)]).toEqual([false, true]);
});

test.each([
  '169.254.169.254',
  '168.63.129.16',
  '100.100.100.200',
  'fd00:ec2::254',
  'fe80::1',
  '0.0.0.0',
  '::',
  '224.0.0.1',
  '255.255.255.255',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '::7f00:1',
  '::a00:1',
  '::2',
  '::ffff:0:7f00:1',
  '::ffff:0:8.8.8.8',
  '64:ff9b::7f00:1',
  '64:ff9b::808:808',
  '3fff::1',
  '3fff:fff:ffff::1',
  '5f00::1',
  '5f00:ffff::1',
  'localhost',
  '',
])('%s may never be called', (address) => {
  expect([mayConnect(address, false), mayConnect(address, true)]).toEqual([false, false]);
});

test('the loopback host is localhost or a loopback address, with or without brackets, and no other name', () => {
  const own = ['localhost', '127.0.0.1', '127.8.9.10', '::1', '[::1]'];
  const others = [
    'billing.localhost',
    '127.mail.example',
    '127.0.0.999',
    '10.0.0.1',
    '[::2]',
    '::ffff:127.0.0.1',
    '',
  ];
  expect([...own, ...others].filter(isLoopbackHost)).toEqual(own);
});

test('only the brackets of an IPv6 address are removed', () => {
  const names = ['http://[2001:db8::7]:80', 'https://db.internal', 'postgres://127.0.0.1/x'];
  expect(names.map((name) => withoutBrackets(new URL(name).hostname))).toEqual([
    ...['2001:db8::7', 'db.internal', '127.0.0.1'],
  ]);
});
