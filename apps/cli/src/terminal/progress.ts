import type { Io } from './io.js';
import { escapeForTerminal } from './text.js';

const FRAMES = ['◒', '◐', '◓', '◑'];
const FRAME_MS = 120;

/** Progress on stderr: lines that stay, and on a terminal one moving line below them. */
export class Progress {
  private timer: NodeJS.Timeout | undefined;
  private frame = 0;
  private line: () => string = () => '';

  constructor(private readonly io: Io) {}

  /** Prints a line that stays. */
  step(text: string): void {
    this.clear();
    const line = escapeForTerminal(text);
    this.io.stderr(this.io.isTerminal ? `\u001b[32m◆\u001b[39m  ${line}\n` : `${line}\n`);
  }

  /** Shows what the command waits for. `line` is called for every frame, so it may count down. */
  waiting(line: () => string): void {
    this.line = line;
    if (!this.io.isTerminal) return;
    this.timer ??= setInterval(() => this.draw(), FRAME_MS);
  }

  end(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.clear();
  }

  private draw(): void {
    this.frame = (this.frame + 1) % FRAMES.length;
    const line = escapeForTerminal(this.line());
    this.io.stderr(`\r\u001b[2K\u001b[35m${FRAMES[this.frame]}\u001b[39m  ${line}`);
  }

  private clear(): void {
    if (this.io.isTerminal) this.io.stderr('\r\u001b[2K');
  }
}
