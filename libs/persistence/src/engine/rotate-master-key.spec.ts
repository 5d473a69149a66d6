import { getMetadataArgsStorage } from 'typeorm';
import { ENTITIES } from '../entities/index.js';

test('every sealed column is one that a rotation of the master key seals again', () => {
  const sealed = getMetadataArgsStorage()
    .columns.filter(({ target }) => (ENTITIES as unknown[]).includes(target))
    .map(({ target, propertyName }) => `${(target as { name: string }).name}.${propertyName}`)
    .filter((name) => /\.(sealed|masterKey)/i.test(name));
  expect(sealed.sort()).toEqual([
    'DemandKeyEntity.sealedKey',
    'DeploymentEntity.masterKeyCheck',
    'ExportTargetEntity.sealedSecret',
    'LogDaysEntity.sealedKey',
    'SigningKeyEntity.sealedPem',
    'SlackInstallationEntity.sealedTokens',
  ]);
});
