import type { Receiver } from "./receiver.ts";
import type { SinkConnector } from "./sink-connector.ts";
import type { StreamSource } from "./stream-source.ts";

/** Options of a connector as the job graph carries them: JSON, so that every planner sees the same. */
export type ConnectorOptions = Readonly<Record<string, unknown>>;

/** The connectors that a worker has built in, by the name in the job graph. */
export interface Connectors {
  /** Undefined: no such sink. Throws `connector-option-invalid` for options that cannot work. */
  sink(name: string, options: ConnectorOptions): SinkConnector | undefined;
  /** Undefined: no such source. Throws as above. */
  source(name: string, options: ConnectorOptions): StreamSource | undefined;
  /** Undefined: no such receiver. Throws as above. */
  receiver(name: string, options: ConnectorOptions): Receiver | undefined;
}
