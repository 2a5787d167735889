import { endTxnApi } from "@millrace/kafka-wire";
import { KafkaError } from "./error-codes.ts";
import { serve } from "./served-api.ts";
import { ownerOf, transactionCodeOf } from "./transaction-owner.ts";

/**
 * EndTxn v0-4: v2 error 90. Answered when every partition has its marker, so that what is read next is the new state. v5 is left out: it belongs to transactions
 * that bump the epoch at each end, which clients use only where the feature `transaction.version` is finalized (G34).
 */
export const endTxn = serve(
  endTxnApi,
  async (request, { version }, { coordinators }) => {
    try {
      await coordinators.submit({ kind: "endTransaction", ...ownerOf(request), commit: request.committed });
      return { errorCode: KafkaError.NONE };
    } catch (error) {
      return { errorCode: transactionCodeOf(error, version >= 2) };
    }
  },
  { versionMax: 4 },
);
