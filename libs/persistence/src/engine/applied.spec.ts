import { allMigrations, lacking } from './applied.js';

describe('which migrations a database lacks', () => {
  const names = allMigrations();

  test('those of this version that it does not have, in their order', () => {
    expect(lacking([])).toEqual(names);
    expect(lacking(names.slice(0, 1))).toEqual(names.slice(1));
    expect(lacking(names)).toEqual([]);
  });

  test('a database of a newer version is refused as newer', () => {
    const error = expect.objectContaining({
      code: 'schema_too_new',
      message: expect.stringMatching(/does not know: Later9999999999999\. Install the version/),
    });
    expect(() => lacking([...names, 'Later9999999999999'])).toThrow(error);
  });
});
