/*
 * A Kafka client for the bench, on librdkafka with its defaults, in a language that is not itself the limit. Works with any server that speaks Kafka's
 * protocol; prints one line of JSON, and what went wrong to standard error with exit code 1.
 *
 *   kafka-load topic   SERVERS TOPIC PARTITIONS [NAME=VALUE ...]    made anew, with a leader for each partition and its settings when this ends
 *   kafka-load clear   SERVERS PREFIX                                deletes all topics whose name begins so, and ends when the server has none of them
 *   kafka-load produce SERVERS TOPIC VALUE_BYTES SECONDS            as many records as go, acks=all, default batching
 *   kafka-load consume SERVERS TOPIC PARTITIONS RECORDS             all partitions from their start
 *   kafka-load latency SERVERS TOPIC PARTITIONS VALUE_BYTES RATE WARM_UP_SECONDS SECONDS [OUTPUT ISOLATION]   open loop, linger 0; with an output topic records are awaited
 *                                                                 there, under an isolation level: somebody copies them, in any order
 *
 * A value begins with its number and the time at which it was due; the rest is random and does not compress. `sum` adds a hash of each value: equal sums and
 * counts, and numbers that ascend within each partition, mean that each record came once, whole and in order.
 */
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define PAYLOADS 1024
#define BATCH_MESSAGES 10000
#define SILENCE_MS 15000
#define PARTITIONS_MAX 1024

struct value_head {
  uint64_t number;
  uint64_t due_ns;
};

static uint64_t delivered, delivered_sum, refused;
static uint64_t timed_from = UINT64_MAX;
static uint32_t *acknowledged_us;
static size_t acknowledged_count;
static atomic_int is_flushed;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

/* Four lanes of multiply and rotate over 8 bytes each: a tenth of what the client spends on a record. */
static uint64_t hash_of(const void *bytes, size_t length) {
  const char *at = bytes;
  uint64_t lane[4] = {length, 0x9e3779b97f4a7c15u, 0xc2b2ae3d27d4eb4fu, 0x165667b19e3779f9u}, word;
  size_t count = length / 8;
  for (size_t i = 0; i < count; i++) {
    memcpy(&word, at + i * 8, 8);
    uint64_t mixed = (lane[i & 3] ^ word) * 0x9fb21c651e98df25u;
    lane[i & 3] = mixed ^ (mixed >> 29);
  }
  for (size_t i = count * 8; i < length; i++) lane[0] = (lane[0] ^ (unsigned char)at[i]) * 0x100000001b3u;
  return (lane[0] * 3 + lane[1] * 5 + lane[2] * 7 + lane[3] * 11) ^ (lane[1] >> 17);
}

static rd_kafka_conf_t *configuration(const char *servers) {
  char error[512];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  if (rd_kafka_conf_set(conf, "bootstrap.servers", servers, error, sizeof error) != RD_KAFKA_CONF_OK) fail("settings", error);
  return conf;
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

static double cpu_seconds(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
  (void)client, (void)opaque;
  if (message->err) {
    if (refused++ == 0) fprintf(stderr, "refused: %s\n", rd_kafka_err2str(message->err));
    return;
  }
  delivered++;
  delivered_sum += hash_of(message->payload, message->len);
  if (acknowledged_us == NULL) return;
  const struct value_head *head = message->payload;
  if (head->number >= timed_from) acknowledged_us[acknowledged_count++] = (uint32_t)((now_ns() - head->due_ns) / 1000);
}

static rd_kafka_event_t *wait_for(rd_kafka_queue_t *queue, const char *what) {
  rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 30000);
  if (event == NULL) fail(what, "no answer in 30 s");
  if (rd_kafka_event_error(event)) fail(what, rd_kafka_event_error_string(event));
  return event;
}

static int leaders_of(rd_kafka_t *client, const char *topic) {
  const struct rd_kafka_metadata *metadata;
  rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
  int count = 0;
  if (rd_kafka_metadata(client, 0, handle, &metadata, 10000) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (metadata->topic_cnt == 1 && !metadata->topics[0].err)
      for (int i = 0; i < metadata->topics[0].partition_cnt; i++) count += metadata->topics[0].partitions[i].leader >= 0;
    rd_kafka_metadata_destroy(metadata);
  }
  rd_kafka_topic_destroy(handle);
  return count;
}

/* Fails unless the server says that the topic has the settings that it was made with: one that it knows under another name would be passed over. */
static void check_settings(rd_kafka_t *client, rd_kafka_queue_t *queue, const char *name, char **settings, int setting_count) {
  rd_kafka_ConfigResource_t *asked = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name);
  rd_kafka_DescribeConfigs(client, &asked, 1, NULL, queue);
  rd_kafka_event_t *event = wait_for(queue, "describing the topic");
  size_t count, entries;
  const rd_kafka_ConfigResource_t **of = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count);
  if (count != 1 || rd_kafka_ConfigResource_error(of[0])) fail("describing the topic", "the server does not tell its settings");
  const rd_kafka_ConfigEntry_t **entry = rd_kafka_ConfigResource_configs(of[0], &entries);
  for (int i = 0; i < setting_count; i++) {
    const char *value = settings[i] + strlen(settings[i]) + 1;
    int is_there = 0;
    for (size_t j = 0; j < entries; j++)
      is_there |= strcmp(rd_kafka_ConfigEntry_name(entry[j]), settings[i]) == 0 && strcmp(rd_kafka_ConfigEntry_value(entry[j]), value) == 0;
    if (!is_there) fail(settings[i], "the topic does not have the value that it was made with");
  }
  rd_kafka_event_destroy(event);
  rd_kafka_ConfigResource_destroy(asked);
}

static void make_topic(const char *servers, const char *name, int partitions, char **settings, int setting_count) {
  char error[512];
  rd_kafka_conf_t *conf = configuration(servers);
  set(conf, "allow.auto.create.topics", "false");
  rd_kafka_t *client = client_of(RD_KAFKA_PRODUCER, conf);
  rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
  if (leaders_of(client, name) > 0) {
    rd_kafka_DeleteTopic_t *old = rd_kafka_DeleteTopic_new(name);
    rd_kafka_DeleteTopics(client, &old, 1, NULL, queue);
    rd_kafka_event_destroy(wait_for(queue, "deleting the topic"));
    rd_kafka_DeleteTopic_destroy(old);
    for (int i = 0; i < 300 && leaders_of(client, name) > 0; i++) usleep(100000);
  }
  rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(name, partitions, 1, error, sizeof error);
  if (topic == NULL) fail("topic", error);
  for (int i = 0; i < setting_count; i++) {
    char *value = strchr(settings[i], '=');
    if (value == NULL) fail(settings[i], "a setting is NAME=VALUE");
    *value++ = 0;
    rd_kafka_NewTopic_set_config(topic, settings[i], value);
  }
  rd_kafka_CreateTopics(client, &topic, 1, NULL, queue);
  rd_kafka_event_t *event = wait_for(queue, "creating the topic");
  size_t count;
  const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  if (count != 1 || rd_kafka_topic_result_error(results[0])) fail("creating the topic", rd_kafka_topic_result_error_string(results[0]));
  rd_kafka_event_destroy(event);
  for (int i = 0; leaders_of(client, name) < partitions; i++) {
    if (i == 300) fail("topic", "not all partitions have a leader after 30 s");
    usleep(100000);
  }
  if (setting_count > 0) check_settings(client, queue, name, settings, setting_count);
  rd_kafka_NewTopic_destroy(topic);
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(client);
  printf("{\"partitions\":%d}\n", partitions);
}

static char *payloads_of(size_t value_bytes) {
  char *payloads = malloc(PAYLOADS * value_bytes);
  uint64_t state = 88172645463325252u;
  if (payloads == NULL || value_bytes < sizeof(struct value_head)) fail("values", "of 16 bytes or more, and as many as fit into memory");
  for (size_t i = 0; i < PAYLOADS * value_bytes; i++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    payloads[i] = (char)state;
  }
  return payloads;
}

/* One look at the server's topics: deletes those that begin with the prefix; how many there were. */
static int delete_topics(rd_kafka_t *client, rd_kafka_queue_t *queue, const char *prefix) {
  const struct rd_kafka_metadata *metadata;
  if (rd_kafka_metadata(client, 1, NULL, &metadata, 10000) != RD_KAFKA_RESP_ERR_NO_ERROR) fail("clear", "the server does not tell its topics in 10 s");
  rd_kafka_DeleteTopic_t **topics = calloc((size_t)metadata->topic_cnt + 1, sizeof *topics);
  if (topics == NULL) fail("clear", "no memory");
  size_t count = 0;
  for (int i = 0; i < metadata->topic_cnt; i++)
    if (strncmp(metadata->topics[i].topic, prefix, strlen(prefix)) == 0) topics[count++] = rd_kafka_DeleteTopic_new(metadata->topics[i].topic);
  rd_kafka_metadata_destroy(metadata);
  if (count > 0) {
    rd_kafka_DeleteTopics(client, topics, count, NULL, queue);
    rd_kafka_event_destroy(wait_for(queue, "deleting topics"));
  }
  rd_kafka_DeleteTopic_destroy_array(topics, count);
  free(topics);
  return (int)count;
}

static void clear_topics(const char *servers, const char *prefix) {
  rd_kafka_t *client = client_of(RD_KAFKA_PRODUCER, configuration(servers));
  rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
  int deleted = delete_topics(client, queue, prefix);
  for (int i = 0, left = deleted; left > 0; i++) {
    if (i == 300) fail("clear", "topics are still there after 30 s");
    usleep(100000);
    left = delete_topics(client, queue, prefix);
  }
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(client);
  printf("{\"deleted\":%d}\n", deleted);
}

static void send_one(rd_kafka_t *client, rd_kafka_topic_t *topic, char *payload, size_t value_bytes, struct value_head head) {
  memcpy(payload, &head, sizeof head);
  while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, payload, value_bytes, NULL, 0, NULL) != 0) {
    if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) fail("produce", rd_kafka_err2str(rd_kafka_last_error()));
    rd_kafka_poll(client, 1);
  }
}

static void produce(const char *servers, const char *name, size_t value_bytes, double seconds) {
  rd_kafka_conf_t *conf = configuration(servers);
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  rd_kafka_t *client = client_of(RD_KAFKA_PRODUCER, conf);
  rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
  char *payloads = payloads_of(value_bytes);
  uint64_t started = now_ns(), sent = 0;
  while (now_ns() - started < (uint64_t)(seconds * 1e9)) {
    for (int i = 0; i < 100; i++, sent++) {
      struct value_head head = {sent, 0};
      send_one(client, topic, payloads + (sent % PAYLOADS) * value_bytes, value_bytes, head);
    }
    rd_kafka_poll(client, 0);
  }
  if (rd_kafka_flush(client, 60000) != 0) fail("flush", "records are not acknowledged after 60 s");
  double elapsed = (double)(now_ns() - started) / 1e9;
  printf("{\"records\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"sum\":\"%016" PRIx64 "\",\"seconds\":%.6f,\"cpuSeconds\":%.3f}\n", delivered, refused,
         delivered_sum, elapsed, cpu_seconds());
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(client);
}

struct reader {
  rd_kafka_t *client;
  rd_kafka_topic_t *topic;
  rd_kafka_queue_t *queue;
  int partitions;
  uint64_t records, bytes, sum, disordered;
  int64_t last[PARTITIONS_MAX];
  uint64_t expected, first_ns, last_ns;
  uint32_t *delivered_us;
  size_t delivered_count;
  unsigned char *seen; /* a byte for each number, where order says nothing */
};

static void open_reader(struct reader *reader, const char *servers, const char *name, int partitions, const char *isolation) {
  if (partitions > PARTITIONS_MAX) fail("partitions", "at most 1024");
  rd_kafka_conf_t *conf = configuration(servers);
  if (isolation != NULL) set(conf, "isolation.level", isolation);
  reader->client = client_of(RD_KAFKA_CONSUMER, conf);
  reader->topic = rd_kafka_topic_new(reader->client, name, NULL);
  reader->queue = rd_kafka_queue_new(reader->client);
  reader->partitions = partitions;
  for (int i = 0; i < partitions; i++) {
    reader->last[i] = -1;
    if (rd_kafka_consume_start_queue(reader->topic, i, RD_KAFKA_OFFSET_BEGINNING, reader->queue) != 0)
      fail("consume", rd_kafka_err2str(rd_kafka_last_error()));
  }
}

static void take(struct reader *reader, const rd_kafka_message_t *message) {
  if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return;
  if (message->err) fail("consume", rd_kafka_message_errstr(message));
  const struct value_head *head = message->payload;
  int64_t number = (int64_t)head->number;
  if (reader->seen != NULL) {
    if (head->number >= reader->expected || reader->seen[head->number]++) reader->disordered++;
  } else if (number <= reader->last[message->partition]) {
    reader->disordered++;
  }
  reader->last[message->partition] = number;
  reader->records++;
  reader->bytes += message->len;
  reader->sum += hash_of(message->payload, message->len);
  if (reader->delivered_us != NULL && head->number >= timed_from)
    reader->delivered_us[reader->delivered_count++] = (uint32_t)((now_ns() - head->due_ns) / 1000);
}

static void *read_all(void *argument) {
  struct reader *reader = argument;
  static rd_kafka_message_t *messages[BATCH_MESSAGES];
  while (reader->records < reader->expected) {
    /* For latency one at a time: a batch call waits until it is full or its time is over. */
    if (reader->delivered_us != NULL) {
      rd_kafka_message_t *message = rd_kafka_consume_queue(reader->queue, SILENCE_MS);
      if (message == NULL) break;
      take(reader, message);
      rd_kafka_message_destroy(message);
      continue;
    }
    ssize_t count = rd_kafka_consume_batch_queue(reader->queue, reader->records == 0 ? SILENCE_MS : 100, messages, reader->records == 0 ? 1 : BATCH_MESSAGES);
    uint64_t at = now_ns();
    if (count <= 0) {
      if (reader->records == 0 || at - reader->last_ns > SILENCE_MS * 1000000ull) break;
      continue;
    }
    reader->last_ns = at;
    for (ssize_t i = 0; i < count; i++) {
      take(reader, messages[i]);
      rd_kafka_message_destroy(messages[i]);
    }
  }
  reader->last_ns = now_ns();
  return NULL;
}

static void close_reader(struct reader *reader) {
  for (int i = 0; i < reader->partitions; i++) rd_kafka_consume_stop(reader->topic, i);
  rd_kafka_queue_destroy(reader->queue);
  rd_kafka_topic_destroy(reader->topic);
  rd_kafka_destroy(reader->client);
}

static void consume(const char *servers, const char *name, int partitions, uint64_t records) {
  static struct reader reader;
  reader.expected = records;
  uint64_t started = now_ns();
  open_reader(&reader, servers, name, partitions, NULL);
  read_all(&reader);
  double elapsed = (double)(reader.last_ns - started) / 1e9;
  printf("{\"records\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"disordered\":%" PRIu64 ",\"sum\":\"%016" PRIx64 "\",\"seconds\":%.6f,\"cpuSeconds\":%.3f}\n",
         reader.records, reader.bytes, reader.disordered, reader.sum, elapsed, cpu_seconds());
  fflush(stdout);
  close_reader(&reader);
}

/* Acknowledgements are timed when they come, not when the next record is sent. */
static void *poll_acknowledgements(void *client) {
  while (!atomic_load(&is_flushed)) rd_kafka_poll(client, 50);
  return NULL;
}

static void print_all(const char *name, const uint32_t *values, size_t count) {
  printf(",\"%s\":[", name);
  for (size_t i = 0; i < count; i++) printf(i == 0 ? "%u" : ",%u", values[i]);
  printf("]");
}

static void latency(const char *servers, const char *name, int partitions, size_t value_bytes, uint64_t rate, uint64_t warm_up, uint64_t seconds, char **copied) {
  static struct reader reader;
  uint64_t total = rate * (warm_up + seconds), timed = rate * seconds;
  timed_from = rate * warm_up;
  acknowledged_us = malloc(timed * sizeof *acknowledged_us);
  reader.delivered_us = malloc(timed * sizeof *reader.delivered_us);
  reader.expected = total;
  if (copied != NULL) reader.seen = calloc(total, 1);
  open_reader(&reader, servers, copied == NULL ? name : copied[0], partitions, copied == NULL ? NULL : copied[1]);
  pthread_t thread;
  pthread_create(&thread, NULL, read_all, &reader);
  rd_kafka_conf_t *conf = configuration(servers);
  set(conf, "linger.ms", "0");
  if (copied != NULL) set(conf, "enable.idempotence", "true"); /* else what the client sends twice would look like a fault of the copy */
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  rd_kafka_t *client = client_of(RD_KAFKA_PRODUCER, conf);
  rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
  pthread_t poller;
  pthread_create(&poller, NULL, poll_acknowledgements, client);
  char *payloads = payloads_of(value_bytes);
  uint64_t started = now_ns() + 500000000u; /* both sides have found their leaders by then */
  for (uint64_t sent = 0; sent < total; sent++) {
    uint64_t due = started + sent * 1000000000u / rate, at = now_ns();
    if (sent == timed_from) fprintf(stderr, "timed\n");
    if (due > at) {
      struct timespec until = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)};
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    }
    struct value_head head = {sent, due};
    send_one(client, topic, payloads + (sent % PAYLOADS) * value_bytes, value_bytes, head);
  }
  rd_kafka_flush(client, 60000);
  atomic_store(&is_flushed, 1);
  pthread_join(poller, NULL);
  fprintf(stderr, "sent\n");
  pthread_join(thread, NULL);
  printf("{\"records\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"sum\":\"%016" PRIx64 "\",\"readRecords\":%" PRIu64 ",\"readSum\":\"%016" PRIx64
         "\",\"disordered\":%" PRIu64 ",\"cpuSeconds\":%.3f",
         delivered, refused, delivered_sum, reader.records, reader.sum, reader.disordered, cpu_seconds());
  print_all("acknowledgedUs", acknowledged_us, acknowledged_count);
  print_all("deliveredUs", reader.delivered_us, reader.delivered_count);
  printf("}\n");
  fflush(stdout);
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(client);
  close_reader(&reader);
}

int main(int count, char **args) {
  const char *mode = count > 3 ? args[1] : "";
  if (strcmp(mode, "topic") == 0 && count >= 5) make_topic(args[2], args[3], atoi(args[4]), args + 5, count - 5);
  else if (strcmp(mode, "clear") == 0 && count == 4) clear_topics(args[2], args[3]);
  else if (strcmp(mode, "produce") == 0 && count == 6) produce(args[2], args[3], strtoul(args[4], NULL, 10), atof(args[5]));
  else if (strcmp(mode, "consume") == 0 && count == 6) consume(args[2], args[3], atoi(args[4]), strtoull(args[5], NULL, 10));
  else if (strcmp(mode, "latency") == 0 && (count == 9 || count == 11))
    latency(args[2], args[3], atoi(args[4]), strtoul(args[5], NULL, 10), strtoull(args[6], NULL, 10), strtoull(args[7], NULL, 10), strtoull(args[8], NULL, 10),
            count == 11 ? args + 9 : NULL);
  else fail("usage", "kafka-load topic|clear|produce|consume|latency SERVERS TOPIC ...: see the head of kafka-load.c");
  return 0;
}
