import type { GatewayPin } from '@countersign/gateway-protocol';
import { productVersion } from '@countersign/runtime';
import {
  type Aggregator,
  Counter,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';

import type { BrokerState } from './feed/broker-client.js';

/** Values that are read when metrics are requested. */
type GatewayGauges = {
  inTouch(): boolean;
  /** Seconds since the last authentic event of the feed. */
  feedAge(): number;
  spoolBytes(): number;
  spoolMaxBytes(): number;
  spoolBacklog(): number;
  quarantined(): number;
  openCalls(): number;
  grants(): number;
  closedServices(): number;
  listenerTlsProblems(): number;
  upstreamTlsProblems(): number;
  untrustedUpstreams(): readonly string[];
};

/** Prometheus metrics of one gateway, in its own registry. Labels hold only known services, upstreams and stable codes. */
export class GatewayMetrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];
  private readonly calls = new Counter({
    name: 'countersign_gateway_calls_total',
    help: 'Calls by service, decision and code (of a refusal) or outcome (of a call that was let through).',
    labelNames: ['service', 'decision', 'code'],
    registers: this.registers,
  });
  private readonly recordSeconds = new Histogram({
    name: 'countersign_gateway_record_seconds',
    help: 'Time from the decision until the record was durable.',
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1],
    registers: this.registers,
  });
  private readonly preflights = new Counter({
    name: 'countersign_gateway_preflights_total',
    help: 'Preflights of browsers (CORS) that the gateway answered itself for a listed origin, by service.',
    labelNames: ['service'],
    registers: this.registers,
  });
  private readonly dropped = new Counter({
    name: 'countersign_gateway_records_dropped_total',
    help: 'Records that found no room in the spool: refusals, which are counted instead, and heads, which come later.',
    labelNames: ['kind'],
    registers: this.registers,
  });
  private readonly faults = new Counter({
    name: 'countersign_gateway_spool_faults_total',
    help: 'Writes to the spool that failed (each refused the calls that waited for it), and damaged places in it.',
    registers: this.registers,
  });

  /** By service and code. It has no more entries than `calls` has series; no code is also an outcome. */
  private readonly labelled = new Map<string, Map<string, Counter.Internal>>();

  /** Each spool's, in seconds. */
  private readonly recordAges: (() => number)[] = [];

  /** Adds a spool to the gauge of the oldest record. A process may ship several: those that earlier workers have left. */
  watchShipping(oldest: () => number): void {
    this.recordAges.push(oldest);
    if (this.recordAges.length > 1) return;
    this.gauge(
      'countersign_gateway_oldest_record_age_seconds',
      'Age of the oldest record that no broker has confirmed; 0 if there is none.',
      () => Math.max(...this.recordAges.map((age) => age())),
      'max',
    );
  }

  /** Adds the gauges. Called once. */
  watch(gauges: GatewayGauges): void {
    const inTouch = () => (gauges.inTouch() ? 1 : 0);
    this.gauge('countersign_gateway_in_touch', '1 while in touch with the broker.', inTouch, 'min');
    this.gauge(
      'countersign_gateway_feed_age_seconds',
      'Since the last authentic event.',
      gauges.feedAge,
      'max',
    );
    this.gauge('countersign_gateway_spool_bytes', 'Bytes that the spool holds.', gauges.spoolBytes);
    this.gauge('countersign_gateway_spool_max_bytes', 'Bytes that it may hold.', gauges.spoolMaxBytes);
    this.gauge('countersign_gateway_spool_backlog', 'Records that are not durable yet.', gauges.spoolBacklog);
    this.gauge(
      'countersign_gateway_quarantined_records',
      'Records that the broker refused for good, set aside on disk.',
      gauges.quarantined,
    );
    this.gauge('countersign_gateway_open_calls', 'Calls that are open now.', gauges.openCalls);
    this.gauge('countersign_gateway_grants', 'Active grants known.', gauges.grants, 'max');
    this.gauge(
      'countersign_gateway_closed_services',
      'Services that are closed because their route maps break a rule.',
      gauges.closedServices,
      'max',
    );
    this.gauge(
      'countersign_gateway_listener_tls_problems',
      '1 if the TLS files of the listener cannot be used as they are now.',
      gauges.listenerTlsProblems,
      'max',
    );
    this.gauge(
      'countersign_gateway_upstream_tls_problems',
      'Services whose TLS files towards their upstream cannot be used as they are now.',
      gauges.upstreamTlsProblems,
      'max',
    );
    new Gauge({
      name: 'countersign_gateway_untrusted_upstreams',
      help: '1 for each upstream that sent bytes which belong to no answer. Each of its calls has a connection of its own.',
      labelNames: ['upstream'],
      aggregator: 'max',
      registers: this.registers,
      collect() {
        for (const upstream of gauges.untrustedUpstreams()) this.set({ upstream }, 1);
      },
    });
  }

  /** Adds the gauges of both versions. */
  watchBroker(broker: () => BrokerState): void {
    new Gauge({
      name: 'countersign_build_info',
      help: 'The version of this gateway.',
      labelNames: ['version'],
      aggregator: 'max',
      registers: this.registers,
    }).set({ version: productVersion() }, 1);
    new Gauge({
      name: 'countersign_gateway_broker_info',
      help: 'The version of the broker that answered last.',
      labelNames: ['version'],
      aggregator: 'max',
      registers: this.registers,
      collect() {
        this.reset();
        const { version } = broker();
        if (version !== null) this.set({ version }, 1);
      },
    });
    this.gauge(
      'countersign_gateway_unsupported_form',
      '1 while broker and gateway cannot work together because of their versions.',
      () => (broker().problem === null ? 0 : 1),
      'max',
    );
  }

  /** Adds the gauge of the pins. For the process that reads pins.json. */
  watchPins(pins: () => readonly GatewayPin[]): void {
    this.gauge(
      'countersign_gateway_pin_alarms',
      'Tenants whose pin someone removed from pins.json or replaced there. The pin stays in force.',
      () => pins().filter(({ alarm }) => alarm !== undefined).length,
    );
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** For another process, which adds up those of several. */
  json(): Promise<MetricObjectWithValues<MetricValue<string>>[]> {
    return this.registry.getMetricsAsJSON();
  }

  /** Adds processor time and memory of this process. @param name of the process: `gateway` if it is the only one */
  watchProcess(name: string): void {
    new Gauge({
      name: 'countersign_gateway_memory_bytes',
      help: 'Resident memory of each process of the gateway.',
      labelNames: ['process'],
      registers: this.registers,
      collect() {
        this.set({ process: name }, process.memoryUsage.rss());
      },
    });
    new Counter({
      name: 'countersign_gateway_cpu_seconds_total',
      help: 'Processor time of each process of the gateway.',
      labelNames: ['process'],
      registers: this.registers,
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc({ process: name }, (user + system) / 1e6);
      },
    });
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  refused(service: string | null, code: string): void {
    this.countOf(service ?? '', 'refused', code).inc();
  }

  forwarded(service: string, outcome: string): void {
    this.countOf(service, 'allowed', outcome).inc();
  }

  /** The labelled counter, cached: a look-up by labels takes longer than counting. */
  private countOf(service: string, decision: 'refused' | 'allowed', code: string): Counter.Internal {
    const ofService = this.labelled.get(service) ?? new Map<string, Counter.Internal>();
    const known = ofService.get(code);
    if (known !== undefined) return known;
    const counter = this.calls.labels({ service, decision, code });
    this.labelled.set(service, ofService.set(code, counter));
    return counter;
  }

  preflight(service: string): void {
    this.preflights.inc({ service });
  }

  recorded(milliseconds: number): void {
    this.recordSeconds.observe(milliseconds / 1000);
  }

  recordDropped(kind: string): void {
    this.dropped.inc({ kind });
  }

  spoolFault(): void {
    this.faults.inc();
  }

  /** @param aggregator how the values of several processes become one. Default: their sum */
  private gauge(name: string, help: string, read: () => number, aggregator: Aggregator = 'sum'): void {
    new Gauge({
      name,
      help,
      aggregator,
      registers: this.registers,
      collect() {
        this.set(read());
      },
    });
  }
}
