package millrace.examples;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import millrace.broker.v1.BrokerServiceGrpc;
import millrace.broker.v1.ConsumerGroupServiceGrpc;
import millrace.common.v1.Common;
import millrace.coordinator.v1.Coordinator.CreateTopicRequest;
import millrace.coordinator.v1.TopicServiceGrpc;

/** One channel to any broker, which passes on what others serve, with stubs of the generated services. */
final class Client implements AutoCloseable {
  private static final Metadata.Key<byte[]> ERROR = Metadata.Key.of("millrace-error-bin", Metadata.BINARY_BYTE_MARSHALLER);

  final ManagedChannel channel;

  Client(String address) {
    channel = ManagedChannelBuilder.forTarget(address).usePlaintext().build();
  }

  BrokerServiceGrpc.BrokerServiceBlockingStub brokers() {
    return BrokerServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  ConsumerGroupServiceGrpc.ConsumerGroupServiceBlockingStub groups() {
    return ConsumerGroupServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  void createTopic(String name, int partitions) {
    TopicServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .createTopic(CreateTopicRequest.newBuilder().setName(name).setPartitions(partitions).setIfNotExists(true).build());
  }

  /** The stable code of a failed call, such as "unknown-member-id"; every code has a page in docs/errors. */
  static String codeOf(StatusRuntimeException error) {
    byte[] typed = error.getTrailers() == null ? null : error.getTrailers().get(ERROR);
    try {
      return typed == null ? "" : Common.Error.parseFrom(typed).getCode();
    } catch (InvalidProtocolBufferException notOurs) {
      return "";
    }
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  static String argument(String[] args, int index, String otherwise) {
    return args.length > index ? args[index] : otherwise;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
