import type { Io } from './io.js';
import { plain } from './text.js';

const FRAMES = ['◒', '◐', '◓', '◑'];
const FRAME_MS = 120;

/** Progress on stderr: lines that stay, and on a terminal one line below them that keeps moving. */
export class Progress {
  private timer: NodeJS.Timeout | undefined;
  private frame = 0;
  private line: () => string = () => '';

  constructor(private readonly io: Io) {}

  /** Something has happened: a line that stays. */
  step(text: string): void {
    this.clear();
    this.io.stderr(this.io.live ? `\u001b[32m◆\u001b[39m  ${plain(text)}\n` : `${plain(text)}\n`);
  }

  /** What is being waited for; `line` is asked again for every frame, so it may count. */
  waiting(line: () => string): void {
    this.line = line;
    if (!this.io.live) return;
    this.timer ??= setInterval(() => this.draw(), FRAME_MS);
  }

  end(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.clear();
  }

  private draw(): void {
    this.frame = (this.frame + 1) % FRAMES.length;
    this.io.stderr(`\r\u001b[2K\u001b[35m${FRAMES[this.frame]}\u001b[39m  ${plain(this.line())}`);
  }

  private clear(): void {
    if (this.io.live) this.io.stderr('\r\u001b[2K');
  }
}
