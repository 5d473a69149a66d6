import { readDemoEnvironment } from './environment.js';
import { brokerProgram, gatewayProgram } from './programs.js';

const demo = readDemoEnvironment({}, '/srv');
const gateway = { id: 'gtw_1', credentialFile: '/srv/credential' } as Parameters<typeof gatewayProgram>[2];

test.each([
  [undefined, [undefined, undefined]],
  ['none', ['none', 'none']],
  ['0', ['0', '0']],
  ['9001', ['9001', '9101']],
])('with COUNTERSIGN_ADMIN_PORT=%s, broker and gateway do not take one port', (named, expected) => {
  const env = named === undefined ? {} : { COUNTERSIGN_ADMIN_PORT: named };
  const ports = [brokerProgram(env, demo), gatewayProgram(env, demo, gateway)].map(
    (program) => program.env['COUNTERSIGN_ADMIN_PORT'],
  );
  expect(ports).toEqual(expected);
});
