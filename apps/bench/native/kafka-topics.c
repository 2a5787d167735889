/*
 * A Kafka client for what whole servers are asked before any load: a first record, and a record into each of many topics. On librdkafka with its defaults but linger 0; prints one
 * line of JSON, and what went wrong to standard error with exit code 1.
 *
 *   kafka-topics first SERVERS TOPIC            makes a topic and has one record acknowledged in it, trying again for as long as the server is not there, 60 s at most
 *   kafka-topics many  SERVERS PREFIX COUNT     makes so many topics of one partition, has one record acknowledged in each, reads them all, and deletes the topics
 *
 * Times are of CLOCK_MONOTONIC in seconds; "at" is the moment itself, to be compared with another process' one.
 */
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TOPICS_MAX 100000
#define WAIT_S_MAX 60
#define VALUE_BYTES 100

static uint64_t acknowledged, refused;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static double now_s(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
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

static rd_kafka_t *producer_of(const char *servers) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", servers);
  set(conf, "linger.ms", "0");
  set(conf, "log_level", "0"); /* a server that is not there yet is expected */
  set(conf, "reconnect.backoff.ms", "20");
  set(conf, "reconnect.backoff.max.ms", "50");
  set(conf, "retry.backoff.ms", "20");
  set(conf, "topic.metadata.refresh.fast.interval.ms", "50");
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  return client_of(RD_KAFKA_PRODUCER, conf);
}

static char **names_of(const char *prefix, int count) {
  char **names = malloc((size_t)count * sizeof *names);
  for (int i = 0; i < count; i++) {
    size_t bytes = strlen(prefix) + 16;
    names[i] = malloc(bytes);
    snprintf(names[i], bytes, count == 1 ? "%s" : "%s-%d", prefix, i);
  }
  return names;
}

/* Answers how many there are afterwards, or -1: the server did not answer. */
static int make_topics(rd_kafka_t *client, rd_kafka_queue_t *queue, char **names, int count) {
  char error[512];
  rd_kafka_NewTopic_t **topics = malloc((size_t)count * sizeof *topics);
  for (int i = 0; i < count; i++) {
    topics[i] = rd_kafka_NewTopic_new(names[i], 1, 1, error, sizeof error);
    if (topics[i] == NULL) fail("topic", error);
  }
  rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  rd_kafka_AdminOptions_set_operation_timeout(options, 60000, error, sizeof error);
  rd_kafka_AdminOptions_set_request_timeout(options, 90000, error, sizeof error);
  rd_kafka_CreateTopics(client, topics, (size_t)count, options, queue);
  rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 90000);
  int made = -1;
  if (event != NULL && !rd_kafka_event_error(event)) {
    size_t results;
    const rd_kafka_topic_result_t **result = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &results);
    made = 0;
    for (size_t i = 0; i < results; i++) {
      rd_kafka_resp_err_t code = rd_kafka_topic_result_error(result[i]);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) made++;
      else if (count > 1) fail(rd_kafka_topic_result_name(result[i]), rd_kafka_err2str(code));
    }
  }
  if (event != NULL) rd_kafka_event_destroy(event);
  rd_kafka_AdminOptions_destroy(options);
  for (int i = 0; i < count; i++) rd_kafka_NewTopic_destroy(topics[i]);
  free(topics);
  return made;
}

static void produce_one(rd_kafka_t *client, const char *topic, int number) {
  char value[VALUE_BYTES] = {0};
  memcpy(value, &number, sizeof number);
  rd_kafka_resp_err_t error = rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE(value, sizeof value), RD_KAFKA_V_END);
  if (error) fail("produce", rd_kafka_err2str(error));
}

static void first(const char *servers, const char *topic) {
  rd_kafka_t *client = producer_of(servers);
  rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
  char **names = names_of(topic, 1);
  double started = now_s();
  while (make_topics(client, queue, names, 1) < 1) {
    if (now_s() - started > WAIT_S_MAX) fail("first record", "no topic could be made within 60 s");
    usleep(10000);
  }
  produce_one(client, topic, 0);
  while (acknowledged + refused == 0 && now_s() - started < WAIT_S_MAX) rd_kafka_poll(client, 10);
  if (acknowledged != 1) fail("first record", "it was not acknowledged within 60 s");
  printf("{\"at\":%.6f}\n", now_s());
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(client);
}

static int read_back(const char *servers, char **names, int count) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", servers);
  set(conf, "group.id", "kafka-topics");
  set(conf, "enable.auto.commit", "false");
  rd_kafka_t *client = client_of(RD_KAFKA_CONSUMER, conf);
  rd_kafka_poll_set_consumer(client);
  rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(count);
  for (int i = 0; i < count; i++) rd_kafka_topic_partition_list_add(all, names[i], 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_resp_err_t error = rd_kafka_assign(client, all);
  if (error) fail("assign", rd_kafka_err2str(error));
  char *seen = calloc((size_t)count, 1);
  int right = 0, number;
  for (double last = now_s(); right < count && now_s() - last < 15;) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(client, 100);
    if (message == NULL) continue;
    if (!message->err && message->len == VALUE_BYTES) {
      memcpy(&number, message->payload, sizeof number);
      const char *topic = rd_kafka_topic_name(message->rkt);
      if (number >= 0 && number < count && !seen[number] && strcmp(topic, names[number]) == 0) seen[number] = 1, right++;
      last = now_s();
    }
    rd_kafka_message_destroy(message);
  }
  rd_kafka_topic_partition_list_destroy(all);
  rd_kafka_consumer_close(client);
  rd_kafka_destroy(client);
  return right;
}

static void many(const char *servers, const char *prefix, int count) {
  if (count < 2 || count > TOPICS_MAX) fail("count", "2 to 100000");
  rd_kafka_t *client = producer_of(servers);
  rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
  char **names = names_of(prefix, count);
  double started = now_s();
  if (make_topics(client, queue, names, count) != count) fail("topics", "were not all made");
  double made = now_s();
  fprintf(stderr, "made\n");
  for (int i = 0; i < count; i++) {
    produce_one(client, names[i], i);
    rd_kafka_poll(client, 0);
  }
  if (rd_kafka_flush(client, 120000) != 0) fail("flush", "records are not acknowledged after 120 s");
  double written = now_s();
  fprintf(stderr, "written\n");
  int right = read_back(servers, names, count);
  rd_kafka_DeleteTopic_t **old = malloc((size_t)count * sizeof *old);
  for (int i = 0; i < count; i++) old[i] = rd_kafka_DeleteTopic_new(names[i]);
  rd_kafka_DeleteTopics(client, old, (size_t)count, NULL, queue);
  rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 90000);
  if (event == NULL || rd_kafka_event_error(event)) fail("deleting the topics", event == NULL ? "no answer" : rd_kafka_event_error_string(event));
  rd_kafka_event_destroy(event);
  printf("{\"makeSeconds\":%.6f,\"writeSeconds\":%.6f,\"acknowledged\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"readBack\":%d}\n", made - started, written - made, acknowledged,
         refused, right);
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(client);
}

int main(int count, char **args) {
  const char *mode = count > 3 ? args[1] : "";
  if (strcmp(mode, "first") == 0 && count == 4) first(args[2], args[3]);
  else if (strcmp(mode, "many") == 0 && count == 5) many(args[2], args[3], atoi(args[4]));
  else fail("usage", "kafka-topics first|many SERVERS ...: see the head of kafka-topics.c");
  return 0;
}
