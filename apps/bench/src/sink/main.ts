// A process that answers every produce request at once and keeps nothing, on the product's own transport. Started by the generator load.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { BrokerService, type ProduceRequest, type ProduceStreamRequest, type ProduceStreamResponseSchema } from "@millrace/contracts";
import { createRpcListener } from "@millrace/rpc";

const refuse = (): never => {
  throw new Error("the sink takes ProduceStream only");
};

const answer = async function* (
  requests: AsyncIterable<ProduceStreamRequest>,
): AsyncGenerator<MessageInitShape<typeof ProduceStreamResponseSchema>> {
  for await (const { correlationId, produce } of requests) yield { correlationId, produce: { results: resultsOf(produce) } };
};
const handlers = { ...Object.fromEntries(BrokerService.methods.map(({ localName }) => [localName, refuse])), produceStream: answer };
const server = await createRpcListener().listen("127.0.0.1:0", [{ service: BrokerService, handlers }]);
process.send?.(server.address);
process.once("SIGTERM", () => process.exit());
process.once("disconnect", () => process.exit());

function resultsOf(produce: ProduceRequest | undefined): { topic: string; partition: number; baseOffset: bigint }[] {
  return (produce?.partitions ?? []).map(({ topic, partition }) => ({ topic, partition: partition ?? 0, baseOffset: 0n }));
}
