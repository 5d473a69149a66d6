import { type AddressInfo, createServer } from 'node:net';
import { checkPorts } from './ports.js';

test('a taken port is told with its use, and how to choose another', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => {
    holder.listen(0, '127.0.0.1', resolve);
  });
  const { port } = holder.address() as AddressInfo;
  const wanted = [{ use: 'broker', variable: 'COUNTERSIGN_PORT', host: '127.0.0.1', port }];
  await expect(checkPorts(wanted)).rejects.toMatchObject({
    code: 'port_in_use',
    message: expect.stringContaining(`port ${port}, for the broker, is in use`),
  });
  await new Promise((resolve) => {
    holder.close(resolve);
  });
  await expect(checkPorts(wanted)).resolves.toBeUndefined();
});
