/** Why the demo cannot run: a stable code, and a detail for people. Printed as `error[code]: detail`. */
export class DemoError extends Error {
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail);
    this.name = 'DemoError';
  }
}
