/** Tables of which policy decisions are made. */
const TABLES = ['tenants', 'people', 'services', 'vendor'];
const COUNT = 'UPDATE deployment SET organisation_version = organisation_version + 1';

/**
 * Each change of the organisation counts its version up, whoever makes it: brokers keep what they have read for as
 * long as the number stands, and a change by hand must reach them too.
 */
export function countOrganisation(engine: string): string[] {
  if (engine === 'postgres')
    return [
      `CREATE FUNCTION organisation_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN ${COUNT}; RETURN NULL; END $$`,
      ...TABLES.map(
        (table) =>
          `CREATE TRIGGER ${table}_organisation_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION organisation_changed()`,
      ),
    ];
  return TABLES.flatMap((table) =>
    ['INSERT', 'UPDATE', 'DELETE'].map(
      (change) =>
        `CREATE TRIGGER ${table}_organisation_changed_${change.toLowerCase()} AFTER ${change} ON ${table} BEGIN ${COUNT}; END`,
    ),
  );
}
