import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { ConfigError } from '@countersign/config';
import { startupLine } from './main.js';

describe('what a broker that cannot start prints', () => {
  test('says that it cannot listen at a port in use, and which variables choose another', async () => {
    const [first, second] = [createServer(), createServer()];
    first.listen(0, '127.0.0.1');
    await once(first, 'listening');
    second.listen((first.address() as AddressInfo).port, '127.0.0.1');
    const [error] = await once(second, 'error');
    first.close();
    expect(startupLine(error)).toBe(
      'error[port_unavailable]: the broker cannot listen (EADDRINUSE); choose another COUNTERSIGN_PORT or COUNTERSIGN_HOST',
    );
  });

  test('is the code and the message of an error of ours', () => {
    expect(startupLine(new ConfigError([{ key: 'COUNTERSIGN_PORT', rule: 'must be a port' }]))).toBe(
      'error[invalid_config]: COUNTERSIGN_PORT must be a port',
    );
  });

  test('is the stack of any other error, without the parameters of a failed query', () => {
    const error = Object.assign(new Error('query failed'), { parameters: ['a sealed key'] });
    const line = startupLine(error);
    expect(line).toBe(`error[internal_error]: ${error.stack}`);
    expect(line).not.toContain('a sealed key');
  });
});
