const WARN = 40;
const ERROR = 50;

/**
 * What of a child's output belongs on the terminal: warnings and errors of its structured log, and what it
 * says on stderr in plain words. The log file has everything.
 */
export function lineForTerminal(stream: 'stdout' | 'stderr', line: string): string | undefined {
  if (line.trim() === '') return undefined;
  const entry = parse(line);
  if (entry === undefined) return stream === 'stderr' ? line : undefined;
  if (entry.level < WARN) return undefined;
  const word = entry.level >= ERROR ? 'error' : 'warning';
  return `${word}: ${entry.msg}${entry.err === '' || entry.err === entry.msg ? '' : ` (${entry.err})`}`;
}

function parse(line: string): { level: number; msg: string; err: string } | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as { level?: unknown; msg?: unknown; err?: { message?: unknown } };
    if (typeof value.level !== 'number') return undefined;
    const err = typeof value.err?.message === 'string' ? value.err.message : '';
    return { level: value.level, msg: typeof value.msg === 'string' ? value.msg : 'no message', err };
  } catch {
    return undefined;
  }
}
