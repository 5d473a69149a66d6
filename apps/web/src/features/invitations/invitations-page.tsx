import { hasRole, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Page } from '../../ui/page.js';
import { inviteTexts } from './invitations.text.js';
import { InviteForm } from './invite-form.js';
import { OpenInvitations } from './open-invitations.js';

/** `/invite`: “support may …, for case …, until …”, in under a minute; and what is open already. */
export default function InvitePage() {
  const text = useText(inviteTexts);
  const session = useSession();
  const slug = session.tenant ?? '';
  const mayInvite = hasRole(session, 'approver');
  return (
    <Page narrow title={text.title} lead={text.lead}>
      <div className="stack loose">
        {mayInvite ? <InviteForm slug={slug} /> : null}
        <OpenInvitations slug={slug} mayWithdraw={mayInvite} />
      </div>
    </Page>
  );
}
