/** The metrics for Prometheus. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128];

export class Metrics {
  readonly registry = new Registry();
  private readonly registers = [this.registry];
  private readonly requests = new Histogram({
    name: "deeplasia_request_seconds",
    help: "From the first byte of a request to the last of its answer.",
    labelNames: ["route", "status"],
    buckets: SECONDS,
    registers: this.registers,
  });
  private readonly queue = new Histogram({
    name: "deeplasia_queue_seconds",
    help: "How long pictures waited for their batch.",
    labelNames: ["model"],
    buckets: SECONDS,
    registers: this.registers,
  });
  private readonly predictions = new Histogram({
    name: "deeplasia_prediction_seconds",
    help: "From the start of a picture's batch to its prediction: decoding, mask and networks.",
    labelNames: ["model"],
    buckets: SECONDS,
    registers: this.registers,
  });
  private readonly batches = new Histogram({
    name: "deeplasia_batch_size",
    help: "Pictures that were predicted together.",
    labelNames: ["model"],
    buckets: SIZES,
    registers: this.registers,
  });
  private readonly rejections = new Counter({
    name: "deeplasia_rejections_total",
    help: "Requests and pictures without an answer, by the code of the error.",
    labelNames: ["code"],
    registers: this.registers,
  });

  /** `inHand`, `waiting`: read when Prometheus asks. */
  constructor({ inHand, waiting }: { inHand: () => number; waiting: () => number }) {
    this.gauge("deeplasia_pictures_in_hand", "Pictures that were let in and not answered yet.", inHand);
    this.gauge("deeplasia_pictures_waiting", "Pictures that wait for their batch.", waiting);
    this.gauge(
      "process_resident_memory_bytes",
      "Resident memory of the process.",
      () => process.memoryUsage().rss,
    );
  }

  private gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      ...{ name, help },
      registers: this.registers,
      collect() {
        this.set(value());
      },
    });
  }

  request(route: string, status: number, seconds: number): void {
    this.requests.observe({ route, status }, seconds);
  }

  waited(model: string, seconds: number): void {
    this.queue.observe({ model }, seconds);
  }

  predicted(model: string, seconds: number): void {
    this.predictions.observe({ model }, seconds);
  }

  batch(model: string, size: number): void {
    this.batches.observe({ model }, size);
  }

  rejected(code: string): void {
    this.rejections.inc({ code });
  }
}
