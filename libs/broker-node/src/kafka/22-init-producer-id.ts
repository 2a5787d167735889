import { create } from "@bufbuild/protobuf";
import { InitProducerIdRequestSchema } from "@millrace/contracts";
import { initProducerIdApi } from "@millrace/kafka-wire";
import { toAppError } from "@millrace/model";
import { transactionErrors } from "@millrace/transactions";
import { KafkaError } from "./error-codes.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";
import { ownerOf, transactionCodeOf } from "./transaction-owner.ts";

/**
 * InitProducerId v0-5: v3 the id and epoch that the producer has, refused if another instance has newer ones; v4 error 90. A producer without transactional id
 * gets a fresh id, whatever it had.
 */
export const initProducerId = serve(initProducerIdApi, async (request, call, context) => {
  const { transactionalId } = request;
  try {
    if (transactionalId === "") return failed(KafkaError.INVALID_REQUEST);
    if (transactionalId !== null && request.producerId >= 0) await requireNewest({ ...request, transactionalId }, context);
    const message = create(InitProducerIdRequestSchema, {
      transactionalId: transactionalId ?? "",
      transactionTimeoutMs: transactionalId === null ? 0 : request.transactionTimeoutMs,
    });
    const granted = await context.transactions.initProducerId(message, call.call);
    return { errorCode: KafkaError.NONE, producerId: Number(granted.producerId), producerEpoch: granted.producerEpoch ?? 0 };
  } catch (error) {
    return failed(transactionCodeOf(error, call.version >= 4));
  }
});

/** Only the newest instance of a producer may go on with a new epoch; the others are told that they were replaced. */
async function requireNewest(
  request: { transactionalId: string; producerId: number; producerEpoch: number },
  { coordinators }: KafkaContext,
): Promise<void> {
  try {
    await coordinators.verify(ownerOf(request), []);
  } catch (error) {
    const { code } = toAppError(error);
    // The transaction's state is of no concern: an open one is aborted by what follows.
    if (code === "producer-fenced") throw error;
    // As Kafka: whatever a producer believes to have, an id that nobody has used is given out anew; one that another producer has is taken.
    const isTaken = code === "invalid-producer-id-mapping" && coordinators.describe(request.transactionalId) !== undefined;
    if (isTaken) throw transactionErrors.fenced({ transactionalId: request.transactionalId });
  }
}

function failed(errorCode: number) {
  return { errorCode, producerId: -1, producerEpoch: -1 };
}
