import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brokerEnvironment, type DemoEnvironment, type Environment, withoutSecrets } from './environment.js';
import type { DemoGateway } from './operator/gateway-credential.js';
import type { ServiceOptions } from './supervisor/service.js';

export type Program = Omit<ServiceOptions, 'tell' | 'guard' | 'dataDir'>;

const compiled = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export function dataServiceProgram(env: Environment, demo: DemoEnvironment): Program {
  return {
    name: 'data-service',
    program: compiled('./data-service/main.js'),
    env: {
      ...withoutSecrets(env),
      COUNTERSIGN_DATA_DIR: demo.dataDir,
      COUNTERSIGN_DEMO_SERVICE_PORT: String(demo.ports.service),
    },
  };
}

/** The demo's own provider and mailbox need to know where they listen, and no secret of the broker's. */
export function helperProgram(
  name: 'identity' | 'mailbox',
  env: Environment,
  demo: DemoEnvironment,
): Program {
  return {
    name,
    program: compiled(`./${name}/main.js`),
    env: { ...withoutSecrets(env), COUNTERSIGN_DATA_DIR: demo.dataDir },
  };
}

export function brokerProgram(env: Environment, demo: DemoEnvironment): Program {
  return {
    name: 'broker',
    program: compiled('../../broker/src/main.js'),
    env: brokerEnvironment(env, demo),
  };
}

/** The gateway's spool belongs to one enrolment: records are numbered and signed as that gateway's. */
export function gatewayProgram(env: Environment, demo: DemoEnvironment, gateway: DemoGateway): Program {
  return {
    name: 'gateway',
    program: compiled('../../gateway/src/main.js'),
    env: {
      ...withoutSecrets(env),
      COUNTERSIGN_DATA_DIR: demo.dataDir,
      COUNTERSIGN_HOST: demo.host,
      COUNTERSIGN_GATEWAY_PORT: String(demo.ports.gateway),
      COUNTERSIGN_GATEWAY_CREDENTIAL_FILE: gateway.credentialFile,
      COUNTERSIGN_SPOOL_DIR: spoolDirOf(env, demo, gateway),
    },
  };
}

export const spoolDirOf = (env: Environment, { dataDir }: DemoEnvironment, { id }: DemoGateway): string =>
  env['COUNTERSIGN_SPOOL_DIR'] || join(dataDir, 'spool', id);
