import { create } from "@bufbuild/protobuf";
import { InitProducerIdRequestSchema } from "@millrace/contracts";
import { initProducerIdApi } from "@millrace/kafka-wire";
import { KafkaError } from "./error-codes.ts";
import { serve } from "./served-api.ts";
import { ownerOf, transactionCodeOf } from "./transaction-owner.ts";

/**
 * InitProducerId v0-5: v3 the id and epoch that the producer has, refused if another instance has newer ones, answered again
 * if only the answer was lost (KIP-360); v4 error 90. A producer without transactional id
 * gets a fresh id, whatever it had.
 */
export const initProducerId = serve(initProducerIdApi, async (request, call, context) => {
  const { transactionalId } = request;
  try {
    if (transactionalId === "") return failed(KafkaError.INVALID_REQUEST);
    const held = transactionalId === null || request.producerId < 0 ? {} : heldBy({ ...request, transactionalId });
    const message = create(InitProducerIdRequestSchema, {
      transactionalId: transactionalId ?? "",
      transactionTimeoutMs: transactionalId === null ? 0 : request.transactionTimeoutMs,
      ...held,
    });
    const granted = await context.transactions.initProducerId(message, call.call);
    return { errorCode: KafkaError.NONE, producerId: Number(granted.producerId), producerEpoch: granted.producerEpoch ?? 0 };
  } catch (error) {
    return failed(transactionCodeOf(error, call.version >= 4));
  }
});

function heldBy(request: { transactionalId: string; producerId: number; producerEpoch: number }) {
  const { producerId, producerEpoch } = ownerOf(request);
  return { producerId: BigInt(producerId), producerEpoch };
}

function failed(errorCode: number) {
  return { errorCode, producerId: -1, producerEpoch: -1 };
}
