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
      message: expect.stringMatching(/newer version: Later9999999999999\. Install that version/),
    });
    expect(() => lacking([...names, 'Later9999999999999'])).toThrow(error);
  });

  test('a database from before the first migration of today is refused as older, with what to do', () => {
    const error = expect.objectContaining({
      code: 'schema_too_new',
      message: expect.stringMatching(/before the first release.*start with an empty database/),
    });
    expect(() => lacking(['Initial1795000000000', 'Workflow1795100000000'])).toThrow(error);
  });
});
