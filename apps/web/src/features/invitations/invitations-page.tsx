import { hasRole, may, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Page } from '../../ui/page.js';
import { invitationsTexts } from './invitations.text.js';
import { InviteForm } from './invite-form.js';
import { OpenInvitations } from './open-invitations.js';

/** `/invite`: a form for a new invitation, and the open invitations. */
export default function InvitePage() {
  const text = useText(invitationsTexts);
  const session = useSession();
  const slug = session.tenant ?? '';
  const mayInvite = may(session, 'invitation.create');
  const needsStrong = hasRole(session, 'approver') && !mayInvite;
  return (
    <Page narrow help="invitation" title={text.title} lead={text.lead}>
      <div className="stack loose">
        {mayInvite ? <InviteForm slug={slug} /> : null}
        {needsStrong ? (
          <Notice tone="plain" icon="info">
            <p>{text.mailCode}</p>
          </Notice>
        ) : null}
        <OpenInvitations slug={slug} mayWithdraw={may(session, 'invitation.withdraw')} />
      </div>
    </Page>
  );
}
