import type { SlackInstallation, SlackPlace } from '@countersign/access';
import type { SlackEnvironment } from '@countersign/config';
import {
  boltLogger,
  checkPlace,
  type PlaceState,
  readSlackConfig,
  slackClockOffset,
} from '@countersign/slack';
import { type Finding, failed, ok, skipped, warning } from './finding.js';

/** Who receives notices in Slack, and in which channel. */
export type SlackRecipients = { who: string; place: SlackPlace }[];

/** Slack and Countersign both refuse requests that were signed 5 min off. */
const MAX_SKEW_S = 300;
const NOTABLE_SKEW_S = 60;

const REINSTALL = 'Open /slack/install on the broker and approve the app again.';

const PROBLEMS: Readonly<Record<Exclude<PlaceState, 'ok'>, [detail: string, mend: string]>> = {
  not_installed: ['the app is not installed there', 'Open /slack/install on the broker and approve the app.'],
  ended: ['the app was removed there', REINSTALL],
  token_refused: ['Slack refuses its token', REINSTALL],
  unreachable: [
    'Slack does not answer',
    'Check that this machine reaches slack.com; notices wait meanwhile.',
  ],
  scope_missing: [
    'the app may not look at channels',
    'Bring the app to docs/slack/manifest.yaml, then install it again.',
  ],
  channel_unknown: [
    'the channel does not exist, or is private and the app is not in it',
    'Correct channelId in the organisation file, or /invite the app in that channel.',
  ],
  not_in_channel: ['the app is not in the channel', 'Write /invite @Countersign in that channel.'],
  archived: ['the channel is archived', 'Name another channel in the organisation file.'],
};

/** Whether messages would arrive at each recipient. It only reads from Slack, and posts nothing. */
export async function checkSlack(
  environment: SlackEnvironment | null,
  recipients: SlackRecipients,
  installations: readonly SlackInstallation[],
): Promise<Finding[]> {
  if (environment === null) {
    if (recipients.length === 0) return [];
    const names = recipients.map(({ who }) => who).join(', ');
    return [
      failed(
        'slack',
        `${names} should receive notices in Slack, which is not set up here`,
        'Set SLACK_SIGNING_SECRET (or SLACK_APP_TOKEN), as docs/slack.md says, or take slack out of the organisation file.',
      ),
    ];
  }
  const config = readSlackConfig(environment);
  const noLog = boltLogger({ info: () => {}, warn: () => {}, error: () => {} });
  const findings = await Promise.all(
    recipients.map(async ({ who, place }) => {
      const installation = installations.find(({ workspace }) => workspace === place.teamId) ?? null;
      return describePlace(who, place, await checkPlace(config, noLog, installation, place));
    }),
  );
  return [describeClock(await slackClockOffset(config)), ...findings];
}

function describePlace(
  who: string,
  { teamId, channelId }: SlackPlace,
  { state, code }: { state: PlaceState; code: string | null },
): Finding {
  const where = `${who}: ${teamId}/${channelId}`;
  if (state === 'ok') return ok('slack', `${where} can receive messages`);
  const [detail, mend] = PROBLEMS[state];
  return failed('slack', `${where}: ${detail}${code === null ? '' : ` (${code})`}`, mend);
}

function describeClock(skewSeconds: number | null): Finding {
  const name = 'slack clock';
  if (skewSeconds === null) return skipped(name, 'Slack does not answer');
  const detail = `${Math.abs(skewSeconds)} s from Slack's`;
  const mend = 'Synchronise the clock of this machine (NTP).';
  if (Math.abs(skewSeconds) > MAX_SKEW_S)
    return failed(name, `${detail}: requests from Slack are refused`, mend);
  return Math.abs(skewSeconds) > NOTABLE_SKEW_S ? warning(name, detail, mend) : ok(name, detail);
}
