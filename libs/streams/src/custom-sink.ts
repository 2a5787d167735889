import { CUSTOM_CONNECTOR } from "@millrace/model";
import type { SinkConnector } from "@millrace/ports";
import type { Sink } from "./kafka.ts";

/**
 * A sink whose code is in the job's module: `connector` is called once per worker and gives what opens slots, writes batches and moves marks
 * (`SinkConnector`; what it must promise is held by `describeSinkContract` of `@millrace/testkit`). `options` are data for people and planners.
 */
export function customSink<T>(connector: () => SinkConnector, options: Readonly<Record<string, unknown>> = {}): Sink<T> {
  return { sink: { type: "connector", connector: CUSTOM_CONNECTOR, options }, functions: { connector } };
}
