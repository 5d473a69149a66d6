import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { ENTITIES } from '../../libs/persistence/src/entities/index.js';
import { MIGRATIONS } from '../../libs/persistence/src/migrations/index.js';
import { emptyDatabase } from '../support/postgres/database.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';

/**
 * SHA-256 of what each migration writes, statement by statement, on a database that has those before it and no rows.
 * Deployed databases have run them: every change of the schema is a new migration. The newest may be missing here while
 * its release is being made.
 */
const FROZEN: Readonly<Record<string, { sqlite: string; postgres: string }>> = {
  Initial1798900000000: {
    sqlite: 'd95e2d7907c2daa6b2db71eb2710da1efef271422d9da3f1993c5f6ac685411b',
    postgres: '15f5ee7e7031893e4e60563b1dba2646722f249fb809c8972b1be62a38160382',
  },
  SignIn1799000001000: {
    sqlite: '1979e1d2cdf54b0b79f9485207c61aa83f612c091d7b1ca8b61eed9bb2d3a96c',
    postgres: '1979e1d2cdf54b0b79f9485207c61aa83f612c091d7b1ca8b61eed9bb2d3a96c',
  },
  ApiKeySignIns1799000002000: {
    sqlite: '110808cb57bba263baae73fd1f36799db3c1b90b7dc6299c0da241a4d3b7990e',
    postgres: '110808cb57bba263baae73fd1f36799db3c1b90b7dc6299c0da241a4d3b7990e',
  },
  Signals1799000003000: {
    sqlite: '88747a96c51d97e24f20f2490a4c0528b0066b416743beadace7f9dbe30a61a4',
    postgres: 'b03a979e97b35bf4f4baa17c5f67ffea9b83cc07f73440988ea4df03fb161db6',
  },
  Scim1799000003100: {
    sqlite: '8d8e428443a3b5a26d4f88d1e1aef391d1890664535ef0fb193f1cdb48be1c3b',
    postgres: 'f7f133fa482e993137a13b190e53cc2159064cd758a4c5ee670847fb1efdedd1',
  },
  Sides1799000003200: {
    sqlite: '5c1db0e54f5249dc23839f4abe22bbac7f29ad971bf23240f6cb1f8c524e59b0',
    postgres: '5c1db0e54f5249dc23839f4abe22bbac7f29ad971bf23240f6cb1f8c524e59b0',
  },
  DroppedHeaders1799000004000: {
    sqlite: '6e1cd9b23748be2099f0de8a2f375c1e79ef63b8e29299c0c17b5d8eb42e3e6a',
    postgres: '6e1cd9b23748be2099f0de8a2f375c1e79ef63b8e29299c0c17b5d8eb42e3e6a',
  },
  GatewayBinding1799000005000: {
    sqlite: '00331e00ebf2b07bed05433f34fc9f6d8a218f5ee275812d9eaaea3b2774bb02',
    postgres: '00331e00ebf2b07bed05433f34fc9f6d8a218f5ee275812d9eaaea3b2774bb02',
  },
  LogProofs1799000008000: {
    sqlite: 'e395a41820f6e73018b07eede3ddcd5de5d407c6243ae99087f04a1ec466f1be',
    postgres: '975874a4e8a08013a75211cbfa0807637ae848bc834dec33339a623ff15e058a',
  },
  LogDays1799000011000: {
    sqlite: '773d657bebcc90a41adca640b6ade8cd449982c8c75ba747c514b3b0bc22d4b0',
    postgres: 'c44bc7d03f477f7f602c90f867a8b929865a7fc1d6f695fc7da5f76ddaf41129',
  },
  LogHandOvers1799000012000: {
    sqlite: '42b0066773ecd92adcf2905c9b262eec5bb7d3d77140c2adaa9e883a9163ef93',
    postgres: 'bd93aa901e8d7343b522a13041e3ae45aef822676afe8f8bfa1ad22d8a4f5d0a',
  },
  LogContinuity1799000012100: {
    sqlite: '30536d2f31be6a181dae1f8e55053f17e694825a88697c17bb65df82c490601e',
    postgres: '02469607cbe8f473696f9a46f52d50984ff744f91d2b7b27ee463099963cf7f9',
  },
  Pruning1799000013000: {
    sqlite: 'ba488b51842465e5700336f1a4829ebaad7cd4eda74b4799ed7cbcc27c32fe43',
    postgres: 'ffb7b166165f942da63dafbafcbecfde76c372e5b00510788c3c798c55fb9459',
  },
  Erasure1799000013100: {
    sqlite: 'f8bac999c824e501e947e00b07744d52612ffffd5db49b1aa59bf729d4dd6b0c',
    postgres: '29c05d28488e1639e7c51fc77541e5a97cbf567a5b895aaace0bfb7b7131e53e',
  },
  Statements1799000013200: {
    sqlite: '78d2207eb141c496062c9dfc508f55d5faed862ad6387bdea5a05e31dfa6c40c',
    postgres: '461f80acc418733b2475411dab614262e93cd4019a79f5b39fc2a89b385fb9f9',
  },
  Retention1799000013300: {
    sqlite: '729c0031c315d06e9880294c119c19a0fab6c069d8f5e66cff3a36e89f5d1b97',
    postgres: '729c0031c315d06e9880294c119c19a0fab6c069d8f5e66cff3a36e89f5d1b97',
  },
  ExportTargets1799000014000: {
    sqlite: 'c8a70e3d6d471e9a24666133afebedb0b520b70fbfac39f07c37b12b063540ea',
    postgres: 'f0cc2d91b3d89d372ad73a6ac0c41354d1bcbfd503780cbaec1dc7509121adf9',
  },
  RolesSince1799000015000: {
    sqlite: '2fb45b2debe363a6f22baa1f6c703bff0fd01840deda7360e6a17874bdaa747e',
    postgres: '2fb45b2debe363a6f22baa1f6c703bff0fd01840deda7360e6a17874bdaa747e',
  },
  PrunedUntil1799000017000: {
    sqlite: '816fa4b0a046ce1ec9752ff2b1a0401f3ffa4b235c54e5742245a87eee3b6bdf',
    postgres: '816fa4b0a046ce1ec9752ff2b1a0401f3ffa4b235c54e5742245a87eee3b6bdf',
  },
  UpstreamSettings1799000018000: {
    sqlite: '3c757d12cab284a02783131fcacf2b48ba99429928b08bcdaeb87c1082c3cb7c',
    postgres: '3c757d12cab284a02783131fcacf2b48ba99429928b08bcdaeb87c1082c3cb7c',
  },
  RecordContexts1799000018100: {
    sqlite: 'f1b26450093cc395e0d89cdea89520747c1087b728b548dfdec0366b862520a3',
    postgres: 'f1b26450093cc395e0d89cdea89520747c1087b728b548dfdec0366b862520a3',
  },
  ApprovalStages1799000020000: {
    sqlite: '0f08be7c9efb81db499689abd9e651226461ff7bd800e77407143ecfe4be35c4',
    postgres: '0f08be7c9efb81db499689abd9e651226461ff7bd800e77407143ecfe4be35c4',
  },
  ReasonCodes1799000020100: {
    sqlite: 'f24e8580778f736f14e1b16123d06907a62f4f3e316ae10540722a96afecee15',
    postgres: 'f24e8580778f736f14e1b16123d06907a62f4f3e316ae10540722a96afecee15',
  },
  Emergencies1799000021000: {
    sqlite: 'c0ebeb603078a4fa8dc6b2a2c7a940279d9fffb24174caf83b289aa090560b30',
    postgres: '7f384d2e1f26c43e6874bfeff136bd05d5f2dd228b9ee432606a8552a0594a9a',
  },
  RequestNotes1799000021100: {
    sqlite: 'bd0952e60c7f62700accb6a60bbb00a79e67902ebf80b359ed45ff364f6bf907',
    postgres: '40c2288b0ed5fb340be5fe1d34a3bec090ce359bae4c44284cb4186c5fcad31c',
  },
  Incidents1799000021200: {
    sqlite: '7a3d7f140ce2900c4b7783c0a44083b45f477a454f45168f608a933f149d4537',
    postgres: 'd9fa9cf14547838221831c286dbcf7e4b9067f8ddb5f9250f4de0737e87a2687',
  },
  Demands1799000022000: {
    sqlite: '85b57b53391c73df7c0fdb11069d96f3f0ffbfe0f406a29667baec85a54322b5',
    postgres: '174348fc3c01b0c11e2acf6fd5b6ca644bb42dab2c9e70a8b660044578c844cb',
  },
  LegalAccess1799000022100: {
    sqlite: 'a6632c07bfbcb18195287faee6228282c22e2b3edc5b057861107511413cfe5c',
    postgres: 'a6632c07bfbcb18195287faee6228282c22e2b3edc5b057861107511413cfe5c',
  },
  SealedSubLog1799000022200: {
    sqlite: '087ecc843d86b0acc74e7de4c070e02e7182e60e1c86b06ac5c7ec814fbf1cde',
    postgres: '95712415f6fa17039c27e1a3a7f9649e086c7bbbb1a6e92d5b75939d1cee7fc0',
  },
  Coverage1799000023000: {
    sqlite: '3c5b969433a85a29be8fa2fa5d83948ad82c4fe75fff0713c3a8ce0d4f39c92e',
    postgres: '3c5b969433a85a29be8fa2fa5d83948ad82c4fe75fff0713c3a8ce0d4f39c92e',
  },
  Isolation1799000023100: {
    sqlite: '5f75842c500051b90e6b783d0c42eb446c771b6d6d5ea5822d64d7beccdd85ce',
    postgres: 'fdc223fe1edc4e8ca5b0b6444f84428c634ca8867f989b4467195d8bb6d7058d',
  },
  TransparencyReports1799000023200: {
    sqlite: '4a6b54ed53b824cf2aaaeb5445f6946b91f84106b4810c44f9846494476ce143',
    postgres: 'df29389032e59124f9ccb6d7a5479b1356337eed2eac08f0302b9b97e69c6207',
  },
  SealedLogs1799000043000: {
    sqlite: '3882c5fec81f5bfc9038152ead00ee105304a5e0c6f54c5ec32cd536cce0f7eb',
    postgres: '8979221f38bd092c61f6a9c3ccaed8e1fd06574e44aa5eb108bba39a95be3022',
  },
  Widenings1799000045000: {
    sqlite: 'd393fb9ab469d61b57fab6fa7d384292c42f31946cdc4951fea6810c7a5dc042',
    postgres: 'e972b3b96b28eecfdfa22eca73f3a446aadbd9aab58f45c10dc0f329c052a07c',
  },
  AccessReviews1799000046000: {
    sqlite: '3a1ff4ff4b1e255847c635b257b9b26b7f5c366d2cf0c095ad6e994db92bc062',
    postgres: '57de56b764c5108e759ff324a713430160ae60eb8000a28a18e92011c0c05b62',
  },
  Supervision1799000047000: {
    sqlite: '28882836a0d9a0e82e14c9a866d96dd79e1c67688ba1c04c9d79422d34ac1dba',
    postgres: '0c0f14de5adf808f1d9be42ca1aff84259247af09f419f3e5e78d5103aaec1ed',
  },
  RecordTenantFrom1799000049000: {
    sqlite: 'dd3a1f3e906c86bebd294a4a0ebe83f224845fb1039a5591c33208d8f7572362',
    postgres: 'dd3a1f3e906c86bebd294a4a0ebe83f224845fb1039a5591c33208d8f7572362',
  },
  PinReports1799000051000: {
    sqlite: '8ca0692e15715938381bdfaf62b3d8bd097d7c7fa8a4e778e76036f0e0fe132c',
    postgres: '8ca0692e15715938381bdfaf62b3d8bd097d7c7fa8a4e778e76036f0e0fe132c',
  },
  PersonFacts1799000055000: {
    sqlite: '675b836cf64daf5a26b11fef2a0dc5f4c6e3492746cab4069c5f46d974798210',
    postgres: '675b836cf64daf5a26b11fef2a0dc5f4c6e3492746cab4069c5f46d974798210',
  },
  RecordFacts1799000055100: {
    sqlite: 'b2d0cc4b4d0dd034bbde9d6bcfe3a5e279df9edf7b1ae6dac165687c5f8e028a',
    postgres: 'b2d0cc4b4d0dd034bbde9d6bcfe3a5e279df9edf7b1ae6dac165687c5f8e028a',
  },
  Practices1799000057000: {
    sqlite: 'cb182961853dbef7265a8e8ebb846efbcac9f412a72c6ac0efda705c6dd687e6',
    postgres: 'd9855f5a8299008953cbdad2fdf9246dc2cc5c903b98d19a84f23ca28e1afd45',
  },
  NoticeAddresses1799000057100: {
    sqlite: 'aca21accd44f198cdb78ba275172a6152c5ef04cee0f821e90dae329bb55956f',
    postgres: 'cb0add93317b23f349a37ddd570198b65f643c0d6d79af40979f9c3f67607a9e',
  },
  BrowserSessions1799000058000: {
    sqlite: '730f0a710bbfb628adfcea6806d29ea15a5ea3bd2d14adc60ba4b4748fb0dffc',
    postgres: 'bb52df8dca45d2b5283d00447031d2f1f4207cfe0a123c0a19c262a7c8f4b776',
  },
  BrowserWebSession1799000059000: {
    sqlite: 'da119e4369a0f1329c6ed64f82cd2a54b05c331346482f0bcb1837f80112e404',
    postgres: 'da119e4369a0f1329c6ed64f82cd2a54b05c331346482f0bcb1837f80112e404',
  },
  RecordSentHash1799000064000: {
    sqlite: '2b7fcf860aebd52e0bcc562b695543407ebef7cbdd4b9ea7a4c4c1ce58455ef5',
    postgres: '2b7fcf860aebd52e0bcc562b695543407ebef7cbdd4b9ea7a4c4c1ce58455ef5',
  },
  RecordFile1799000064100: {
    sqlite: 'b1143d3c7d16b55528e1c533e7858b347516136989fbaef6e5688a31d2e6feab',
    postgres: 'b1143d3c7d16b55528e1c533e7858b347516136989fbaef6e5688a31d2e6feab',
  },
  RecordMasking1799000065000: {
    sqlite: '86f6cdfa67468be69c095a0c1130aafc81cc6f833c93cb1b7c5c9fc6fc223cdd',
    postgres: '86f6cdfa67468be69c095a0c1130aafc81cc6f833c93cb1b7c5c9fc6fc223cdd',
  },
  BypassReports1799000068000: {
    sqlite: 'f3e7af035b370af4d6907cedf9915a603f0b3e9451bc65225b63cb218922c190',
    postgres: '2e80377a4e129c524d257c9f20db93ffdfca3c7fc995735297848dbeb3d9b620',
  },
  RequestWords1799000071000: {
    sqlite: '48037b91d1b6ff668815859011e18870ee52b581e29910cb37c4e5dafb0ff32b',
    postgres: '3ab31aca7d59804134c5a42819bb1607bfca16e083ecbaf3485faffc5db9aa79',
  },
  PersonZone1799000074000: {
    sqlite: '1993d5fddc2cd8a2554e4cfdbc7534bda478c97e412da374a209ba79d7f39eb1',
    postgres: '1993d5fddc2cd8a2554e4cfdbc7534bda478c97e412da374a209ba79d7f39eb1',
  },
  RequestTemplates1799000075000: {
    sqlite: '8a65e204f9d9c03c8dfba14d89963ed599500571e29795a9f5ac43115bed4f06',
    postgres: '46c2722cb8251a2a0c32f3886779a1607d5ffcd865cb337b0969037a1d2fdd19',
  },
  Preferences1799000076000: {
    sqlite: '9a679dc29546cb1da791af3059b401bc4b0ed3b053ff71d0e104fc0152e4f0cf',
    postgres: '3d75bbbcb1d22d1593e4d12959c01ead9a11dc6723e963da3e145e54479fefad',
  },
  PushSubscriptions1799000077000: {
    sqlite: '0d7102ec8fb733b639e0217c7a3f32f04c2a6b0ea6619caf4bde2ebb0083b025',
    postgres: '249ef76f30a752de05655f6fc21f4ebd0c387d15f98286f8e7c4260bceb92c7c',
  },
  GatewayVersions1799000078500: {
    sqlite: '07783a10879a83f2eccb0a66f6fd3e8451763579cca0f157d84074fb4f5aa1ae',
    postgres: '07783a10879a83f2eccb0a66f6fd3e8451763579cca0f157d84074fb4f5aa1ae',
  },
  PersonWidenings1799000078600: {
    sqlite: '995fe79c682e4f6bc8dbeb64eb556661621477335ed7885d4b54f459bac91838',
    postgres: '995fe79c682e4f6bc8dbeb64eb556661621477335ed7885d4b54f459bac91838',
  },
  Domains1799000078700: {
    sqlite: '6fdeae2bf0fcc03dae97a4c9fee06341f9bac13380912eb0cf4dd5318ab17bdb',
    postgres: '6fdeae2bf0fcc03dae97a4c9fee06341f9bac13380912eb0cf4dd5318ab17bdb',
  },
  Continuity1799000079000: {
    sqlite: 'eecd623789689e0bd342ff31bd9b94a9bbbc6b0ee9a917f58c172d5e6b341fc2',
    postgres: '1c5c6c5a44a56a3b659883dc7cbceb7fcd0943cc79aad755af440be698c17354',
  },
  DeliveryQueues1799000080000: {
    sqlite: 'd1618a064f42f363d208a04766e32775e4c374145d3a478cf01b1397a9e2f3e8',
    postgres: '67ddfa8db18e045642450d5eea2df7ecdeaaa38b15473b614ba92c7f8428878a',
  },
  CosignedCheckpoints1799000081000: {
    sqlite: 'adc9cd3157330fb6f94ce953fc7f98783d142e697b51512d093b3303f1872f83',
    postgres: 'adc9cd3157330fb6f94ce953fc7f98783d142e697b51512d093b3303f1872f83',
  },
};

type Place = { source: DataSource; drop(): Promise<void> };

async function onSqlite(): Promise<Place> {
  const folder = await tempFolder('frozen');
  const database = join(folder, 'countersign.db');
  const source = new DataSource({ type: 'better-sqlite3', database, entities: ENTITIES });
  return { source, drop: () => removeFolder(folder) };
}

async function onPostgres(): Promise<Place> {
  const { url, drop } = await emptyDatabase();
  return {
    source: new DataSource({ type: 'postgres', url, entities: ENTITIES, installExtensions: false }),
    drop,
  };
}

/** What is only read differs with the version of TypeORM, and changes nothing. */
const WRITES = /^\s*(?!SELECT|PRAGMA|WITH)/i;

async function written(make: () => Promise<Place>): Promise<Record<string, string>> {
  const { source, drop } = await make();
  try {
    const runner = (await source.initialize()).createQueryRunner();
    const { query } = runner;
    let sent: unknown[] = [];
    runner.query = ((sql: string, values: unknown[] = [], structured = false) => {
      if (WRITES.test(sql)) sent.push([sql, values]);
      return Reflect.apply(query, runner, [sql, values, structured]);
    }) as typeof query;
    const hashes: Record<string, string> = {};
    for (const Migration of MIGRATIONS) {
      sent = [];
      await new Migration().up(runner);
      expect(sent).not.toEqual([]);
      hashes[Migration.name] = createHash('sha256').update(JSON.stringify(sent)).digest('hex');
    }
    await runner.release();
    return hashes;
  } finally {
    await source.destroy();
    await drop();
  }
}

test('what a migration does has not changed since it was released', async () => {
  const [sqlite, postgres] = [await written(onSqlite), await written(onPostgres)];
  for (const [name, hashes] of Object.entries(FROZEN))
    expect({ name, sqlite: sqlite[name], postgres: postgres[name] }).toEqual({ name, ...hashes });
  const names = MIGRATIONS.map(({ name }) => name);
  expect([names, names.slice(0, -1)]).toContainEqual(Object.keys(FROZEN));
});
