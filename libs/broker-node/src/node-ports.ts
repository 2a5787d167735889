import type { RpcListener, RpcTransport } from "@millrace/contracts";
import type { Clock, KafkaListener, Logger, Metrics, Random, Storage, Tracer } from "@millrace/ports";
import type { CompressionCodecs, Crc32c } from "@millrace/records";

/** What a broker needs of its surroundings. */
export interface BrokerPorts {
  /** Its data folder, locked for this process. */
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly listener: RpcListener;
  /** Absent: no Kafka clients, whatever the settings say. */
  readonly kafkaListener?: KafkaListener;
  readonly transport: RpcTransport;
  readonly crc32c: Crc32c;
  readonly compression: CompressionCodecs;
  /** Topic patterns of consumer groups, in linear time (RE2): clients send them. Absent: members may not subscribe by pattern. */
  readonly compilePattern?: (pattern: string) => ((topic: string) => boolean) | undefined;
  /** Runs once when the current turn of the event loop has handled its input: setImmediate, or the simulator's like. */
  readonly defer: (run: () => void) => void;
}
