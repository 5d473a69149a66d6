import { collectYoungObjects, LargeReadCollector } from './large-read-collector.js';

const PIECE = 65_536;
const PIECES_OF_8_MB = 128;

describe('LargeReadCollector', () => {
  test('collects after each 8 MB of large reads', () => {
    let collected = 0;
    const collector = new LargeReadCollector(() => (collected += 1));
    for (let piece = 1; piece < PIECES_OF_8_MB; piece += 1) collector.note(PIECE);
    expect(collected).toBe(0);
    collector.note(PIECE);
    expect(collected).toBe(1);
    for (let piece = 1; piece < PIECES_OF_8_MB; piece += 1) collector.note(PIECE);
    expect(collected).toBe(1);
    collector.note(PIECE);
    expect(collected).toBe(2);
  });

  test('does not collect for calls without a large body, however many there are', () => {
    let collected = 0;
    const collector = new LargeReadCollector(() => (collected += 1));
    for (let read = 0; read < 10_000; read += 1) collector.note(16_383);
    expect(collected).toBe(0);
    for (let read = 0; read < 512; read += 1) collector.note(16_384);
    expect(collected).toBe(1);
  });

  test('collecting frees pieces that no one has any more', () => {
    const readAndForget = () => {
      for (let piece = 0; piece < PIECES_OF_8_MB; piece += 1) Buffer.allocUnsafeSlow(PIECE).fill(1);
    };
    collectYoungObjects();
    collectYoungObjects();
    const before = process.memoryUsage().arrayBuffers;
    readAndForget();
    // V8 frees them beside the program, and counts them when it collects the next time.
    collectYoungObjects();
    collectYoungObjects();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(PIECE * (PIECES_OF_8_MB / 2));
  });
});
