import { useState } from 'react';
import { useText } from '../../text/language.js';
import { Page } from '../../ui/page.js';
import { DeadLetters } from './dead-letters.js';
import { Gateways } from './gateways.js';
import { Locks } from './locks.js';
import { OpenAccess } from './open-access.js';
import { securityTexts } from './security.text.js';
import { StopDialog, type StopTarget } from './stop-dialog.js';

/** `/security`: for the vendor's security admin. */
export default function SecurityPage() {
  const text = useText(securityTexts);
  const [target, setTarget] = useState<StopTarget | null>(null);
  return (
    <Page title={text.title} lead={text.lead}>
      <div className="stack loose">
        <OpenAccess onStop={setTarget} />
        <Locks />
        <Gateways />
        <DeadLetters />
      </div>
      <StopDialog target={target} onClose={() => setTarget(null)} />
    </Page>
  );
}
