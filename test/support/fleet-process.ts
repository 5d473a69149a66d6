import { Program } from './program.js';

export type FleetOrder =
  | { do: 'start'; credentials: readonly string[] }
  | { do: 'untilInTouch' }
  /** Opens an endless answer through every gateway. */
  | { do: 'open'; token: string }
  /** When each of those answers was cut, in milliseconds since the epoch; waits for the last. */
  | { do: 'cuts' }
  /** Status and code of one call through every gateway. */
  | { do: 'probe'; token: string }
  /** Calls at this rate, instead of the previous load. */
  | { do: 'load'; token: string; perSecond: number }
  | { do: 'rest' };

export type FleetAnswer = {
  at?: number[];
  codes?: string[];
  /** By status and code, since the last rest. */
  answers?: Record<string, number>;
};

type Waiting = { resolve(answer: FleetAnswer): void; reject(error: Error): void };
type Reply = { id: number; answer?: FleetAnswer; failure?: string };

/** Complete gateways in a separate process (`bench/servers/fleet.ts`), with their load generator. */
export class FleetProcess {
  private readonly waiting = new Map<number, Waiting>();
  private orders = 0;

  private constructor(private readonly program: Program) {
    program.child.on('message', ({ id, answer, failure }: Reply) => {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (failure === undefined) waiting?.resolve(answer ?? {});
      else waiting?.reject(new Error(failure));
    });
    void program.ended.then(() => {
      const error = new Error(`the fleet ended: ${program.stderr}`);
      for (const { reject } of this.waiting.values()) reject(error);
    });
  }

  /** Starts the gateways and resolves when each is connected. */
  static async start(credentials: readonly string[]): Promise<FleetProcess> {
    const program = Program.start({ name: 'fleet', script: 'bench/servers/fleet.js' });
    const fleet = new FleetProcess(program);
    await fleet.order({ do: 'start', credentials });
    return fleet;
  }

  order(order: FleetOrder): Promise<FleetAnswer> {
    this.orders += 1;
    const id = this.orders;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.program.child.send({ id, order });
    });
  }

  async stop(): Promise<void> {
    await this.program.stop('SIGTERM');
  }
}
