/*
 * Topics from files and files from topics, on librdkafka, for comparisons of whole systems: the same bytes go to every side, and what comes out is read by one program. Prints
 * one line of JSON, and what went wrong to standard error with exit code 1.
 *
 *   kafka-files write SERVERS TOPIC FILE                        all records of a file, acks=all, each to the partition and with the time that the file says
 *   kafka-files read  SERVERS TOPIC PARTITIONS EXPECTED FILE    all committed records into a file. Ends at the end of every partition, not before there are EXPECTED
 *                                                               records or nothing came for 90 s: a commit is answered before its markers are everywhere
 *
 * A record in a file: partition, length of the key (-1: none), length of the value, 0 (32 bits each), timestamp in milliseconds (64 bits), key, value; as the machine has it.
 */
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SILENCE_MS 90000
#define SETTLE_MS 500
#define PARTITIONS_MAX 1024
#define RECORD_BYTES_MAX 1048576

struct head {
  int32_t partition, key_length, value_length, unused;
  int64_t timestamp;
};

static uint64_t acknowledged, refused;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static uint64_t now_ms(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (uint64_t)at.tv_sec * 1000u + (uint64_t)at.tv_nsec / 1000000u;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char error[512];
  if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) fail("settings", error);
}

static rd_kafka_t *client_of(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
  char error[512];
  rd_kafka_t *client = rd_kafka_new(type, conf, error, sizeof error);
  if (client == NULL) fail("client", error);
  return client;
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
  (void)client, (void)opaque;
  if (!message->err) acknowledged++;
  else if (refused++ == 0) fprintf(stderr, "refused: %s\n", rd_kafka_err2str(message->err));
}

static void write_all(const char *servers, const char *topic, const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) fail(path, "cannot be opened");
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", servers);
  set(conf, "enable.idempotence", "true"); /* in order, and once */
  set(conf, "linger.ms", "20");
  set(conf, "batch.size", "131072");
  set(conf, "queue.buffering.max.messages", "200000");
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  rd_kafka_t *client = client_of(RD_KAFKA_PRODUCER, conf);
  static char bytes[RECORD_BYTES_MAX];
  struct head head;
  uint64_t records = 0;
  while (fread(&head, sizeof head, 1, file) == 1) {
    size_t key = head.key_length < 0 ? 0 : (size_t)head.key_length, value = (size_t)head.value_length;
    if (key + value > sizeof bytes || fread(bytes, 1, key + value, file) != key + value) fail(path, "a record is cut off");
    const void *key_bytes = head.key_length < 0 ? NULL : bytes;
    rd_kafka_resp_err_t error;
    for (;;) {
      error = rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(head.partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                RD_KAFKA_V_TIMESTAMP(head.timestamp), RD_KAFKA_V_KEY(key_bytes, key), RD_KAFKA_V_VALUE(bytes + key, value),
                                RD_KAFKA_V_END);
      if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) break;
      rd_kafka_poll(client, 10);
    }
    if (error) fail("produce", rd_kafka_err2str(error));
    if (++records % 1000 == 0) rd_kafka_poll(client, 0);
  }
  fclose(file);
  if (rd_kafka_flush(client, 120000) != 0) fail("flush", "records are not acknowledged after 120 s");
  printf("{\"records\":%" PRIu64 ",\"acknowledged\":%" PRIu64 ",\"refused\":%" PRIu64 "}\n", records, acknowledged, refused);
  rd_kafka_destroy(client);
}

static void keep(const rd_kafka_message_t *message, FILE *file) {
  struct head head = {message->partition, message->key == NULL ? -1 : (int32_t)message->key_len, (int32_t)message->len, 0, 0};
  head.timestamp = rd_kafka_message_timestamp(message, NULL);
  if (fwrite(&head, sizeof head, 1, file) != 1 || fwrite(message->key, 1, message->key_len, file) != message->key_len ||
      fwrite(message->payload, 1, message->len, file) != message->len)
    fail("file", "cannot be written");
}

static void read_all(const char *servers, const char *topic, int partitions, uint64_t expected, const char *path) {
  if (partitions < 1 || partitions > PARTITIONS_MAX) fail("partitions", "1 to 1024");
  FILE *file = fopen(path, "wb");
  if (file == NULL) fail(path, "cannot be opened");
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", servers);
  set(conf, "group.id", "kafka-files");
  set(conf, "isolation.level", "read_committed");
  set(conf, "enable.partition.eof", "true");
  set(conf, "enable.auto.commit", "false");
  rd_kafka_t *client = client_of(RD_KAFKA_CONSUMER, conf);
  rd_kafka_poll_set_consumer(client);
  rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(partitions);
  for (int i = 0; i < partitions; i++) rd_kafka_topic_partition_list_add(all, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_resp_err_t error = rd_kafka_assign(client, all);
  if (error) fail("assign", rd_kafka_err2str(error));
  static char is_at_end[PARTITIONS_MAX];
  int at_end = 0;
  uint64_t records = 0, last = now_ms();
  for (;;) {
    uint64_t silence = now_ms() - last;
    if (silence > SILENCE_MS || (at_end == partitions && records >= expected && silence > SETTLE_MS)) break;
    rd_kafka_message_t *message = rd_kafka_consumer_poll(client, 100);
    if (message == NULL) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      at_end += !is_at_end[message->partition];
      is_at_end[message->partition] = 1;
    } else if (message->err) {
      fail("consume", rd_kafka_message_errstr(message));
    } else {
      at_end -= is_at_end[message->partition];
      is_at_end[message->partition] = 0;
      records++;
      last = now_ms();
      keep(message, file);
    }
    rd_kafka_message_destroy(message);
  }
  if (fclose(file) != 0) fail(path, "cannot be written");
  printf("{\"records\":%" PRIu64 ",\"isAtEnd\":%s}\n", records, at_end == partitions ? "true" : "false");
  fflush(stdout);
  rd_kafka_topic_partition_list_destroy(all);
  rd_kafka_consumer_close(client);
  rd_kafka_destroy(client);
}

int main(int count, char **args) {
  const char *mode = count > 4 ? args[1] : "";
  if (strcmp(mode, "write") == 0 && count == 5) write_all(args[2], args[3], args[4]);
  else if (strcmp(mode, "read") == 0 && count == 7) read_all(args[2], args[3], atoi(args[4]), strtoull(args[5], NULL, 10), args[6]);
  else fail("usage", "kafka-files write|read SERVERS TOPIC ...: see the head of kafka-files.c");
  return 0;
}
