import { AppError } from "@millrace/model";
import { errors } from "../errors.ts";

/** Answers that say that another producer has this transactional id now. */
const FENCED = new Set(["PRODUCER_FENCED", "INVALID_PRODUCER_EPOCH", "TRANSACTION_COORDINATOR_FENCED"]);

/** What the client reports, in our words: fenced, or not reachable with the names of the broker's answers. */
export function kafkaFailure(cause: unknown, context: Readonly<Record<string, string | number>>): AppError {
  if (cause instanceof AppError) return cause;
  const answers = [...answersIn(cause)];
  if (answers.some((answer) => FENCED.has(answer))) return errors.fenced("kafka", context);
  const reason = answers.length > 0 ? answers.join(", ") : cause instanceof Error ? cause.message : String(cause);
  return new AppError({
    kind: "unavailable",
    code: "foreign-kafka-failed",
    message: `the other Kafka cluster refused or did not answer (${reason}): see that its brokers are up and that the topic exists`,
    context,
    cause,
  });
}

/** Errors hold errors: names of all protocol answers in them. */
function* answersIn(error: unknown, depth = 0): Generator<string> {
  if (typeof error !== "object" || error === null || depth > 5) return;
  const { apiId, errors: inner, cause } = error as { readonly apiId?: unknown; readonly errors?: unknown; readonly cause?: unknown };
  if (typeof apiId === "string") yield apiId;
  if (Array.isArray(inner)) for (const one of inner) yield* answersIn(one, depth + 1);
  yield* answersIn(cause, depth + 1);
}
