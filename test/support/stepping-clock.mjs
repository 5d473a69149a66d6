/** Loaded before a program: SIGUSR2 sets its wall clock wrong by COUNTERSIGN_TEST_STEP_MS, and right again. */
const step = Number(process.env.COUNTERSIGN_TEST_STEP_MS ?? '0');
const RealDate = Date;
let offset = 0;

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offset);
    else super(...given);
  }

  static now() {
    return RealDate.now() + offset;
  }
};

process.on('SIGUSR2', () => {
  offset = offset === 0 ? step : 0;
});
