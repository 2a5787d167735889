import type { ApiCodec } from "./api-codec.ts";
import { allApis } from "./gen/all-apis.ts";

const apisByKey: readonly (ApiCodec | undefined)[] = Array.from({ length: Math.max(...allApis.map(({ key }) => key)) + 1 }, (_, key) =>
  allApis.find((api) => api.key === key),
);

/** Keys without codecs that clients are known to send: a refusal names them in the log. */
const namesOfOthers: Readonly<Record<number, string>> = {
  4: "LeaderAndIsr",
  5: "StopReplica",
  6: "UpdateMetadata",
  7: "ControlledShutdown",
  17: "SaslHandshake",
  27: "WriteTxnMarkers",
  29: "DescribeAcls",
  30: "CreateAcls",
  31: "DeleteAcls",
  34: "AlterReplicaLogDirs",
  36: "SaslAuthenticate",
  38: "CreateDelegationToken",
  39: "RenewDelegationToken",
  40: "ExpireDelegationToken",
  41: "DescribeDelegationToken",
  48: "DescribeClientQuotas",
  49: "AlterClientQuotas",
  50: "DescribeUserScramCredentials",
  51: "AlterUserScramCredentials",
  55: "DescribeQuorum",
  64: "UnregisterBroker",
  71: "GetTelemetrySubscriptions",
  72: "PushTelemetry",
  76: "ShareGroupHeartbeat",
  77: "ShareGroupDescribe",
  78: "ShareFetch",
  79: "ShareAcknowledge",
  88: "StreamsGroupHeartbeat",
  89: "StreamsGroupDescribe",
};

/** The codecs of a key; undefined if there are none. */
export function apiOfKey(key: number): ApiCodec | undefined {
  return apisByKey[key];
}

/** The name of a key for logs and metrics: bounded, whatever a client sends. */
export function apiName(key: number): string {
  return apisByKey[key]?.name ?? namesOfOthers[key] ?? "unknown";
}
