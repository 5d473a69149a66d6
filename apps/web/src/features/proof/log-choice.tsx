import { useOrganisation } from '../../api/organisation.js';
import { isVendor, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { changeSearch, useSearchParams } from '../../ui/address.js';
import { SelectField } from '../../ui/field.js';
import { proofTexts } from './proof.text.js';

const DEPLOYMENT = 'deployment';
const VENDOR = 'vendor';

/** The log that the address names, or the reader's own. A vendor's reader begins with the deployment's. */
export function useLog(): string {
  const params = useSearchParams();
  const { tenant } = useSession();
  return params.get('log') ?? tenant ?? DEPLOYMENT;
}

/** The name of a log in words. */
export function useLogName(): (log: string) => string {
  const text = useText(proofTexts);
  const organisation = useOrganisation();
  return (log) => {
    if (log === DEPLOYMENT) return text.deploymentLog;
    return log === VENDOR ? text.vendorLog(organisation.vendor) : organisation.tenant(log);
  };
}

/** Chooses between the logs that the reader may follow. The choice is part of the address; other parts of it end. */
export function LogChoice() {
  const text = useText(proofTexts);
  const session = useSession();
  const { tenants } = useOrganisation();
  const name = useLogName();
  const log = useLog();
  const own = session.tenant === null ? tenants.map(({ slug }) => slug) : [session.tenant];
  const logs = [...new Set([...own, DEPLOYMENT, ...(isVendor(session) ? [VENDOR] : []), log])];
  return (
    <SelectField
      label={text.log}
      value={log}
      onChange={(event) => changeSearch(new URLSearchParams({ log: event.target.value }))}
    >
      {logs.map((each) => (
        <option key={each} value={each}>
          {name(each)}
        </option>
      ))}
    </SelectField>
  );
}
