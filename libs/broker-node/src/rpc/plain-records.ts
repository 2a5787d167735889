import type { ProducePartition, Record as WireRecord } from "@millrace/contracts";
import { timestampFromWire, timestampMs } from "@millrace/model";
import { BatchBuilder, partitionOfKey } from "@millrace/records";
import { brokerErrors } from "../errors.ts";
import { headersOf } from "../from-wire.ts";
import { RECORDS_PER_REQUEST_MAX } from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";

/** Builds batches of plain records, one at a time. */
export class PlainRecords {
  readonly #ports: BrokerPorts;
  readonly #builder: BatchBuilder;
  #sticky = 0;

  constructor(ports: BrokerPorts) {
    this.#ports = ports;
    this.#builder = new BatchBuilder({ crc32c: ports.crc32c });
  }

  /** Records by partition: where the request says, by key as every Kafka client does, or together where there is no key. */
  spread(records: readonly WireRecord[], partition: ProducePartition["partition"], partitionCount: number): Map<number, WireRecord[]> {
    if (records.length === 0 || records.length > RECORDS_PER_REQUEST_MAX) {
      throw brokerErrors.invalidRequest("a request holds 1 to 100,000 records per list", { records: records.length });
    }
    if (partition !== undefined) return new Map([[partition, [...records]]]);
    const spread = new Map<number, WireRecord[]>();
    const withoutKey = this.#sticky++ % partitionCount;
    for (const record of records) {
      const target = record.key === undefined ? withoutKey : partitionOfKey(record.key, partitionCount);
      const list = spread.get(target);
      if (list === undefined) spread.set(target, [record]);
      else list.push(record);
    }
    return spread;
  }

  /** One batch of them. */
  build(records: readonly WireRecord[]): Uint8Array {
    const now = this.#ports.clock.wallMs();
    this.#builder.reset();
    for (const record of records) {
      const { key, value, timestampMs: at } = record;
      this.#builder.append(at === 0n ? timestampMs(now) : timestampFromWire(at), key ?? null, value ?? null, headersOf(record));
    }
    return this.#builder.build();
  }
}
