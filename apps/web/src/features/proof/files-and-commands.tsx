import { useQuery } from '@tanstack/react-query';
import { vkeyQuery } from '../../api/log.js';
import { publishedHashQuery } from '../../api/published-page.js';
import { trustQuery } from '../../api/trust.js';
import { anchorName, anchorText } from '../../log/anchor-file.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Command, CopyId, GroupedText } from '../../ui/copy.js';
import { saveFile } from '../../ui/save-file.js';
import { proofTexts } from './proof.text.js';

/** What to keep outside the vendor's reach. `hasTrust`: the log is a tenant's, so there may be an anchor file. */
export function Files({ log, hasTrust }: { log: string; hasTrust: boolean }) {
  const text = useText(proofTexts);
  const { data: trust } = useQuery({ ...trustQuery(log), enabled: hasTrust });
  const { data: vkey } = useQuery(vkeyQuery(log));
  const anchor = trust?.anchor ?? null;
  return (
    <section className="stack near" aria-labelledby="files">
      <h2 id="files">{text.files}</h2>
      <p className="row near">
        {anchor === null ? null : (
          <Button
            icon="download"
            onClick={() => saveFile(anchorName(anchor), 'application/json', anchorText(anchor))}
          >
            {text.anchorFile}
          </Button>
        )}
        <a className="button" href={`/log/${log}/checkpoint`} download={`${log}.checkpoint`}>
          {text.checkpointFile}
        </a>
        <a className="button" href={`/log/${log}/policy`} download={`${log}.tlog-policy`}>
          {text.policyFile}
        </a>
      </p>
      {anchor === null && vkey !== undefined ? (
        <>
          <p className="soft">{text.noAnchor}</p>
          <p>
            <CopyId id={vkey} />
          </p>
        </>
      ) : null}
    </section>
  );
}

/** The commands that do what this page does, without it. */
export function Commands({ log, isOwn, hasAnchor }: { log: string; isOwn: boolean; hasAnchor: boolean }) {
  const text = useText(proofTexts);
  const folder = isOwn ? './our-log' : `./${log}-log`;
  const keyFrom = (flag: string) =>
    hasAnchor ? `--anchor ${anchorName({ tenant: log })}` : `${flag} "$(cat ${folder}/vkey)"`;
  return (
    <section className="stack near" aria-labelledby="commands">
      <h2 id="commands">{text.commands}</h2>
      <p className="soft">{text.commandsLead}</p>
      <Command>
        {`countersign log mirror ${folder}${isOwn ? '' : ` --tenant ${log}`}${hasAnchor ? ` ${keyFrom('--vkey')}` : ''}`}
      </Command>
      <Command>{`countersign log verify ${folder} ${keyFrom('--vkey')}`}</Command>
      <Command>
        {`countersign witness ./witness --name witness.${log}.example/w1 ${keyFrom('--log')}`}
      </Command>
      <p className="soft">{text.more}</p>
    </section>
  );
}

const VERIFIER = '/verifier/countersign-log-verifier.html';

/** The page that verifies a copy of a log without any server, with its published hash. */
export function VerifierPage() {
  const text = useText(proofTexts);
  const { data: hash } = useQuery(publishedHashQuery(VERIFIER));
  if (!hash) return null;
  return (
    <section className="stack near" aria-labelledby="verifier-page">
      <h2 id="verifier-page">{text.verifierPage}</h2>
      <p className="soft">{text.verifierPageLead}</p>
      <p>{text.verifierPageHash}</p>
      <GroupedText text={hash} />
      <p className="no-print">
        <a className="button" href={VERIFIER} download>
          {text.verifierPageTake}
        </a>
      </p>
    </section>
  );
}
