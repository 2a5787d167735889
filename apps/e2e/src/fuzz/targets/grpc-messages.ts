import { type DescMessage, type DescService, equals, type Message, toBinary } from "@bufbuild/protobuf";
import {
  BrokerPeerService,
  BrokerService,
  BULK_CODECS,
  ClusterService,
  ConsumerGroupService,
  ErrorSchema,
  ExecutorRegistryService,
  JobService,
  PlacementService,
  ShuffleService,
  StoredCheckpointSchema,
  TopicService,
  TransactionService,
} from "@millrace/contracts";
import { codecOf } from "@millrace/rpc";
import type { FuzzTarget } from "../fuzz-target.ts";
import { takenOrRefused } from "../refusal.ts";
import { sampleMessages } from "./grpc-samples.ts";

const SERVICES: readonly DescService[] = [
  BrokerService,
  BrokerPeerService,
  ConsumerGroupService,
  TransactionService,
  TopicService,
  PlacementService,
  ClusterService,
  JobService,
  ExecutorRegistryService,
  ShuffleService,
];

/** Every message that travels between processes, and the two that travel or lie beside them; one target per service. */
export const grpcMessageTargets: readonly FuzzTarget[] = [
  ...SERVICES.map((service) => target(service.name, [...new Set(service.methods.flatMap(({ input, output }) => [input, output]))])),
  target("Stored", [ErrorSchema, StoredCheckpointSchema]),
];

function target(name: string, schemas: readonly DescMessage[]): FuzzTarget {
  return {
    name: `grpc-messages-${name}`,
    open: () => {
      const entries = schemas.flatMap((schema) => {
        const codec = codecOf(schema, BULK_CODECS);
        return sampleMessages(schema).map((bytes) => ({ schema, codec, bytes }));
      });
      return {
        corpus: entries.map(({ bytes }) => bytes),
        run: (bytes, index) => {
          const entry = entries[index];
          if (entry === undefined) return;
          takenOrRefused(() => {
            const message = entry.codec.decode(bytes) as Message;
            const again = entry.codec.decode(entry.codec.encode(message)) as Message;
            if (!isSame(entry.schema, message, again)) throw new Error(`${entry.schema.typeName} is another after encoding and decoding`);
          });
        },
      };
    },
  };
}

/** As values, or as bytes: a NaN is no value that equals itself. */
function isSame(schema: DescMessage, one: Message, other: Message): boolean {
  return equals(schema, one, other) || Buffer.compare(toBinary(schema, one), toBinary(schema, other)) === 0;
}
