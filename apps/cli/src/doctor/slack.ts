import type { SlackInstallation, SlackPlace } from '@countersign/access';
import type { SlackEnvironment } from '@countersign/config';
import {
  boltLogger,
  checkPlace,
  clockBesideSlack,
  type PlaceState,
  readSlackConfig,
} from '@countersign/slack';
import { type Finding, failed, ok, skipped, warning } from './check.js';

/** Who is told in Slack, and where. */
export type SlackPlaces = { who: string; place: SlackPlace }[];

/** Slack refuses, and so does Countersign, what is signed 5 min off. */
const MOST_OFF_SECONDS = 300;
const NOTABLE_SECONDS = 60;

const MENDS: Readonly<Record<Exclude<PlaceState, 'ok'>, [detail: string, mend: string]>> = {
  not_installed: ['the app is not installed there', 'Open /slack/install on the broker and agree for it.'],
  ended: ['the app was removed there', 'Open /slack/install on the broker and agree for it again.'],
  token_refused: ['Slack refuses its token', 'Open /slack/install on the broker and agree for it again.'],
  unreachable: [
    'Slack does not answer',
    'Check that this machine reaches slack.com; notices wait meanwhile.',
  ],
  scope_missing: [
    'the app may not look at channels',
    'Bring the app to docs/slack/manifest.yaml, then install it again.',
  ],
  channel_unknown: [
    'the channel is not there, or is private and the app not in it',
    'Correct channelId in the organisation file, or /invite the app in that channel.',
  ],
  not_in_channel: ['the app is not in the channel', 'Write /invite @Countersign in that channel.'],
  archived: ['the channel is archived', 'Name another channel in the organisation file.'],
};

/** Whether messages would arrive, for each who is told in Slack. Asks Slack, posts nothing. */
export async function slackFindings(
  environment: SlackEnvironment | null,
  places: SlackPlaces,
  installations: readonly SlackInstallation[],
): Promise<Finding[]> {
  if (environment === null)
    return places.length === 0
      ? []
      : [
          failed(
            'slack',
            `${places.map(({ who }) => who).join(', ')} would be told in Slack, which is not set up here`,
            'Set SLACK_SIGNING_SECRET (or SLACK_APP_TOKEN), as docs/slack.md says, or take slack out of the organisation file.',
          ),
        ];
  const config = readSlackConfig(environment);
  const quiet = boltLogger({ info: () => {}, warn: () => {}, error: () => {} });
  const found = await Promise.all(
    places.map(async ({ who, place }) => {
      const installation = installations.find(({ workspace }) => workspace === place.teamId) ?? null;
      return ofPlace(who, place, await checkPlace(config, quiet, installation, place));
    }),
  );
  return [clock(await clockBesideSlack(config)), ...found];
}

function ofPlace(
  who: string,
  { teamId, channelId }: SlackPlace,
  { state, code }: { state: PlaceState; code: string | null },
): Finding {
  const where = `${who}: ${teamId}/${channelId}`;
  if (state === 'ok') return ok('slack', `${where} takes messages`);
  const [detail, mend] = MENDS[state];
  return failed('slack', `${where}: ${detail}${code === null ? '' : ` (${code})`}`, mend);
}

function clock(seconds: number | null): Finding {
  if (seconds === null) return skipped('slack clock', 'Slack does not answer');
  const off = Math.abs(seconds);
  const mend = 'Synchronise the clock of this machine (NTP).';
  if (off > MOST_OFF_SECONDS)
    return failed('slack clock', `${off} s from Slack's: what Slack sends is refused`, mend);
  return off > NOTABLE_SECONDS
    ? warning('slack clock', `${off} s from Slack's`, mend)
    : ok('slack clock', `${off} s from Slack's`);
}
