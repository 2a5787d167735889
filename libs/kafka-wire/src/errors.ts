import { AppError } from "@millrace/model";

/** The bytes are not a frame of the protocol: `where` names the message and the position. Answer nothing, log it, close the connection. */
export function malformedFrame(where: string, reason: string, context: Readonly<Record<string, string | number>> = {}): AppError {
  return new AppError({
    kind: "invalid",
    code: "malformed-kafka-frame",
    message: `kafka frame is malformed: ${reason}`,
    context: { where, ...context },
  });
}
