import { spawnSync } from 'node:child_process';

test('the pages’ types of the API are what the OpenAPI document says', () => {
  const { status, stderr } = spawnSync(process.execPath, ['bin/api-types.mjs', '--check'], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}, 60_000);
