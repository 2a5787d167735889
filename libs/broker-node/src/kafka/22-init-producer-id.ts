import { create } from "@bufbuild/protobuf";
import { InitProducerIdRequestSchema } from "@millrace/contracts";
import { initProducerIdApi } from "@millrace/kafka-wire";
import { producerEpoch, producerId, toAppError } from "@millrace/model";
import { kafkaCodeOf, KafkaError } from "./error-codes.ts";
import type { KafkaCall, KafkaContext } from "./kafka-context.ts";
import { transactionCodeOf } from "./transaction-codes.ts";
import { serve } from "./served-api.ts";

/**
 * InitProducerId v0-5: v3 the id and epoch that the producer has, refused if another instance has newer ones; v4 error 90. A producer without transactional id
 * gets a fresh id, whatever it had.
 */
export const initProducerId = serve(initProducerIdApi, async (request, call, context) => {
  const transactionalId = request.transactionalId ?? "";
  try {
    if (request.transactionalId === "") return failed(KafkaError.INVALID_REQUEST);
    if (transactionalId !== "" && request.producerId >= 0) {
      const refusal = await ownershipRefusal({ ...request, transactionalId }, call, context);
      if (refusal !== undefined) return failed(refusal);
    }
    const message = create(InitProducerIdRequestSchema, { transactionalId, transactionTimeoutMs: transactionalId === "" ? 0 : request.transactionTimeoutMs });
    const granted = await context.transactions.initProducerId(message, call.call);
    return { errorCode: KafkaError.NONE, producerId: Number(granted.producerId), producerEpoch: granted.producerEpoch ?? 0 };
  } catch (error) {
    return failed(transactionCodeOf(kafkaCodeOf(error), call.version >= 4));
  }
});

/** Only the newest instance of a producer may go on with a new epoch; the others are told that they were replaced. */
async function ownershipRefusal(
  owner: { transactionalId: string; producerId: number; producerEpoch: number },
  call: KafkaCall,
  context: KafkaContext,
): Promise<number | undefined> {
  const { transactionalId } = owner;
  try {
    await context.coordinators.verify({ transactionalId, producerId: producerId(owner.producerId), producerEpoch: producerEpoch(owner.producerEpoch) }, []);
  } catch (error) {
    const { code } = toAppError(error);
    if (code === "producer-fenced" || code === "invalid-producer-id-mapping") return transactionCodeOf(KafkaError.PRODUCER_FENCED, call.version >= 4);
  }
  return undefined;
}

function failed(errorCode: number) {
  return { errorCode, producerId: -1, producerEpoch: -1 };
}
