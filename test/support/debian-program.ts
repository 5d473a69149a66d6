import { spawn } from 'node:child_process';

/** A program that a test needs, and the Debian package that has it. */
export type DebianProgram = { name: string; package: string; args: readonly string[] };

/** The error of a program that could not be started. It names the package of one that is missing. */
export function startError({ name, package: debian }: DebianProgram, error: NodeJS.ErrnoException): Error {
  return error.code === 'ENOENT' ? new Error(`${name} is missing: apt-get install ${debian}`) : error;
}

/**
 * Runs a program to its end and returns what it wrote.
 *
 * @throws Error that names the package of a program that is missing, or has what the program wrote if it fails
 */
export function runProgram(
  program: DebianProgram,
  { input = '', env = {} }: { input?: string | Buffer; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program.name, program.args, { env: { ...process.env, ...env }, stdio: 'pipe' });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.once('error', (error) => reject(startError(program, error)));
    child.once('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${program.name} ended with ${code}: ${err}${out}`));
    });
    // A program that fails at once does not read its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
