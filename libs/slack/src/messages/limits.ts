/**
 * Slack's limits, in characters unless noted. We count UTF-16 units, which are never fewer.
 * https://docs.slack.dev/reference/block-kit and https://docs.slack.dev/reference/views
 */
export const LIMITS = {
  message: {
    blocks: 50,
    /** UTF-8 bytes of the blocks as JSON. Slack documents no limit, but rejects messages a little above this size. */
    bytes: 12_500,
    /** Slack cuts longer texts. Our fallbacks are one sentence. */
    text: 3_000,
  },
  view: { blocks: 100, bytes: 250_000, title: 24, button: 24, metadata: 3_000, callback: 255 },
  header: 150,
  section: 3_000,
  field: 2_000,
  fields: 10,
  context: 10,
  contextText: 2_000,
  actions: 25,
  button: { text: 75, value: 2_000, url: 3_000 },
  confirm: { title: 100, text: 300, button: 30 },
  option: { text: 75, value: 150 },
  options: 100,
  input: { label: 2_000, hint: 2_000, placeholder: 150, text: 3_000 },
  /** For an error under a field. Slack documents no limit. */
  fieldError: 300,
} as const;
