import { expect, it } from "@jest/globals";
import { Metadata, status as Status } from "@grpc/grpc-js";
import { isRetriable } from "@millrace/model";
import { errorOfStatus } from "./status.ts";

const TARGET = { address: "broker:9190", method: "/millrace.broker.v1.TransactionService/AddPartitions" };

it.each([
  [Status.INTERNAL, "Received RST_STREAM with code 0 (Call ended without gRPC status)", "call-broken-off", true],
  [Status.INTERNAL, "Received RST_STREAM with code 2 (Internal server error)", "call-broken-off", true],
  [Status.INTERNAL, "Failed to decode a message", "rpc-failed", false],
  [Status.UNKNOWN, "something else", "rpc-failed", false],
  [Status.UNAVAILABLE, "Connection dropped", "unreachable", true],
])("status %s with %j is %s", (code, details, expected, retriable) => {
  const error = errorOfStatus({ code, details, metadata: new Metadata() }, TARGET);
  expect({ code: error.code, retriable: isRetriable(error) }).toEqual({ code: expected, retriable });
});
