import { describeClusterApi } from "@millrace/kafka-wire";
import { KafkaError } from "./error-codes.ts";
import { serve } from "./served-api.ts";
import { kafkaEndpointOf } from "./topic-lookup.ts";

const BROKERS = 1;

/** DescribeCluster v0-2: v1 endpoint type (only brokers are one, 42 else); v2 fenced brokers. Any broker takes changes, so each names itself controller. */
export const describeCluster = serve(describeClusterApi, (request, { version }, { view, settings }) => {
  const { clusterId } = view;
  const isAsked = version < 1 || request.endpointType === BROKERS;
  const brokers = [...view.brokers].flatMap(({ brokerId, rack, fenced }) => {
    const endpoint = fenced && !request.includeFencedBrokers ? undefined : kafkaEndpointOf(view, brokerId);
    return endpoint === undefined
      ? []
      : [{ brokerId, host: endpoint.host, port: endpoint.port, rack: rack === "" ? null : rack, isFenced: fenced }];
  });
  const errorCode = isAsked ? KafkaError.NONE : KafkaError.INVALID_REQUEST;
  return Promise.resolve({ errorCode, endpointType: BROKERS, clusterId, controllerId: settings.brokerId, brokers: isAsked ? brokers : [] });
});
