import type { FuzzTarget } from "./fuzz-target.ts";
import { grpcDoorTarget } from "./targets/grpc-door.ts";
import { grpcMessageTargets } from "./targets/grpc-messages.ts";
import { kafkaCodecTargets, kafkaHeaderTargets } from "./targets/kafka-codecs.ts";
import { kafkaConnectionTarget } from "./targets/kafka-connection.ts";
import { logFileTargets } from "./targets/log-files.ts";
import { recordTargets } from "./targets/record-batches.ts";
import { storedRecordTargets } from "./targets/stored-records.ts";

/** Every target, in the order they run: the whole doors first, then its parts, then what is stored. */
export function loadTargets(): readonly FuzzTarget[] {
  return [
    kafkaConnectionTarget,
    grpcDoorTarget,
    ...kafkaHeaderTargets,
    ...kafkaCodecTargets(),
    ...grpcMessageTargets,
    ...recordTargets,
    ...storedRecordTargets,
    ...logFileTargets,
  ];
}
