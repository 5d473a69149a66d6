const MESSAGE = 'deployment.epoch only grows, and only by a unit of the vendor';

/** A feed that went back to an earlier epoch would be refused by every gateway; no tenant's unit opens a new one. */
export function epochOnlyGrows(engine: string): string[] {
  if (engine !== 'postgres')
    return [
      `CREATE TRIGGER deployment_epoch BEFORE UPDATE ON deployment WHEN NEW.epoch < OLD.epoch BEGIN SELECT RAISE(ABORT, '${MESSAGE}'); END`,
    ];
  const broken = `NEW.epoch < OLD.epoch OR (NEW.epoch > OLD.epoch AND current_setting('countersign.vendor', true) IS DISTINCT FROM 'on')`;
  return [
    `CREATE FUNCTION deployment_epoch() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN IF ${broken} THEN RAISE EXCEPTION '${MESSAGE}'; END IF; RETURN NEW; END $$`,
    `CREATE TRIGGER deployment_epoch BEFORE UPDATE ON deployment FOR EACH ROW EXECUTE FUNCTION deployment_epoch()`,
  ];
}
