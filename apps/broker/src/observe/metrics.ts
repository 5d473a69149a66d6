import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

let ofProcess: Registry | undefined;

/**
 * Metrics of the process: memory, event loop, garbage collection. They are collected once, however many brokers run in the
 * process: the observer of the garbage collector lives as long as the process, and would keep a closed broker in memory.
 */
function processMetrics(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/** The broker's metrics. Labels are templates, codes, kinds, versions and ids of gateways; never a tenant, a person or another id. */
@Injectable()
export class Metrics {
  private readonly own = new Registry();

  private readonly durations = new Histogram({
    name: 'countersign_http_request_duration_seconds',
    help: 'How long answers took, by route template; streams are not among them.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: SECONDS,
    registers: [this.own],
  });
  private readonly expiries = this.counter('countersign_expired_total', 'Ended by the expiry job.', 'kind');
  private readonly notices = this.counter(
    'countersign_notices_dispatched_total',
    'Notices handed to their channels.',
  );
  private readonly attempts = this.counter(
    'countersign_delivery_attempts_total',
    'Attempts to deliver a notice to one recipient: delivered, failed (and tried again), dead (given up) or skipped.',
    'channel',
    'outcome',
  );
  private readonly records = this.counter(
    'countersign_gateway_records_total',
    'Records that gateways handed over, repetitions included.',
    'kind',
  );

  constructor() {
    processMetrics();
  }

  /** What `/metrics` shows: the metrics of the process and those of this broker. */
  get registry(): Registry {
    return Registry.merge([processMetrics(), this.own]);
  }

  /** A gauge that is read whenever the metrics are read. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.own],
      async collect() {
        this.set(await read());
      },
    });
  }

  /** The same, with one value for each text. */
  gaugeBy(
    name: string,
    help: string,
    label: string,
    read: () => ReadonlyMap<string, number> | Promise<ReadonlyMap<string, number>>,
  ): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.own],
      async collect() {
        const values = await read();
        this.reset();
        for (const [text, value] of values) this.set({ [label]: text }, value);
      },
    });
  }

  answered(labels: { method: string; route: string; status: number }, seconds: number): void {
    this.durations.observe({ ...labels, status: String(labels.status) }, seconds);
  }

  expired(ended: { requests: number; grants: number }): void {
    this.expiries.inc({ kind: 'request' }, ended.requests);
    this.expiries.inc({ kind: 'grant' }, ended.grants);
  }

  dispatched(count: number): void {
    this.notices.inc(count);
  }

  attempted(channel: string, outcome: 'delivered' | 'failed' | 'dead' | 'skipped', recipients: number): void {
    this.attempts.inc({ channel, outcome }, recipients);
  }

  recordsTaken(records: readonly { kind: string }[]): void {
    for (const { kind } of records) this.records.inc({ kind });
  }

  private counter(name: string, help: string, ...labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.own] });
  }
}

/** Middleware that measures answers by route template, so that no id becomes a label. It skips streams. */
export function measure(metrics: Metrics) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const begun = performance.now();
    response.on('finish', () => {
      if (String(response.getHeader('Content-Type')).startsWith('text/event-stream')) return;
      const template: unknown = (request.route as { path?: unknown } | undefined)?.path;
      const route = typeof template === 'string' ? template : 'none';
      const labels = { method: request.method, route, status: response.statusCode };
      metrics.answered(labels, (performance.now() - begun) / 1000);
    });
    next();
  };
}
