import { hasRole, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Page } from '../../ui/page.js';
import { invitationsTexts } from './invitations.text.js';
import { InviteForm } from './invite-form.js';
import { OpenInvitations } from './open-invitations.js';

/** `/invite`: a form for a new invitation, and the open invitations. */
export default function InvitePage() {
  const text = useText(invitationsTexts);
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
