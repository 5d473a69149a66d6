import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  addressToCall,
  brokerEnvironment,
  type DemoEnvironment,
  type Environment,
  GATEWAYS_VARIABLE,
  withoutSecrets,
} from './environment.js';
import type { DemoGateway } from './operator/gateway-credential.js';
import type { ServiceOptions } from './supervisor/service.js';

/** One program of `npm start`: its compiled file and its environment. */
export type Program = Pick<ServiceOptions, 'name' | 'program' | 'env'>;

const compiled = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export function dataServiceProgram(env: Environment, demo: DemoEnvironment): Program {
  return {
    name: 'data-service',
    program: compiled('./data-service/main.js'),
    env: {
      ...withoutSecrets(env),
      COUNTERSIGN_DATA_DIR: demo.dataDir,
      COUNTERSIGN_DEMO_SERVICE_PORT: String(demo.ports.service),
      [GATEWAYS_VARIABLE]:
        env[GATEWAYS_VARIABLE] || `http://${addressToCall(demo.host)}:${demo.ports.gateway}`,
    },
  };
}

/** The demo's OpenID provider, and its mailbox. */
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
    program: compiled('../../../programs/broker.js'),
    env: brokerEnvironment(env, demo),
  };
}

export function gatewayProgram(env: Environment, demo: DemoEnvironment, gateway: DemoGateway): Program {
  return {
    name: 'gateway',
    program: compiled('../../../programs/gateway.js'),
    env: {
      ...withoutSecrets(env),
      COUNTERSIGN_DATA_DIR: demo.dataDir,
      COUNTERSIGN_HOST: demo.host,
      COUNTERSIGN_GATEWAY_PORT: String(demo.ports.gateway),
      ...gatewayAdminPort(env),
      COUNTERSIGN_GATEWAY_CREDENTIAL_FILE: gateway.credentialFile,
      COUNTERSIGN_SPOOL_DIR: spoolDirOf(env, demo, gateway),
    },
  };
}

/** Broker and gateway read the same variable. If it names a port, the gateway's private port is a hundred above it. */
function gatewayAdminPort({ COUNTERSIGN_ADMIN_PORT: named }: Environment): Environment {
  const isPort = named !== undefined && /^[1-9][0-9]{0,4}$/.test(named);
  return isPort ? { COUNTERSIGN_ADMIN_PORT: String(Number(named) + 100) } : {};
}

/** Each enrolment has its own spool: its records are numbered and signed as that gateway's. */
export const spoolDirOf = (env: Environment, { dataDir }: DemoEnvironment, { id }: DemoGateway): string =>
  env['COUNTERSIGN_SPOOL_DIR'] || join(dataDir, 'spool', id);
