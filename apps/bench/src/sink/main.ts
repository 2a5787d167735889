// A process that answers every produce request at once and keeps nothing, on the product's own transport. Started by the generator load.
import { bindService, BrokerService, type ProduceRequest } from "@millrace/contracts";
import { createRpcListener } from "@millrace/rpc";

const refuse = (): never => {
  throw new Error("the sink takes ProduceStream only");
};

const server = await createRpcListener().listen("127.0.0.1:0", [
  bindService(BrokerService, {
    produce: refuse,
    fetch: refuse,
    fetchStream: refuse,
    listOffsets: refuse,
    getMetadata: refuse,
    produceStream: async function* (requests) {
      for await (const { correlationId, produce } of requests) yield { correlationId, produce: { results: resultsOf(produce) } };
    },
  }),
]);
process.send?.(server.address);
process.once("SIGTERM", () => process.exit());
process.once("disconnect", () => process.exit());

function resultsOf(produce: ProduceRequest | undefined): { topic: string; partition: number; baseOffset: bigint }[] {
  return (produce?.partitions ?? []).map(({ topic, partition }) => ({ topic, partition: partition ?? 0, baseOffset: 0n }));
}
