/** Loaded before a program: SIGUSR2 shifts its wall clock by COUNTERSIGN_TEST_STEP_MS; the next SIGUSR2 sets it right again. */
const step = Number(process.env.COUNTERSIGN_TEST_STEP_MS ?? '0');
const RealDate = Date;
let offset = 0;

globalThis.Date = class extends RealDate {
  constructor(...parameters) {
    if (parameters.length === 0) super(RealDate.now() + offset);
    else super(...parameters);
  }

  static now() {
    return RealDate.now() + offset;
  }
};

process.on('SIGUSR2', () => {
  offset = offset === 0 ? step : 0;
});
