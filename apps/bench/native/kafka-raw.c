/*
 * A generator that costs little: record batches encoded beforehand, sent over raw connections by one thread. It finds the limit of a server, where a whole client would be the limit
 * itself. Takes any server of Kafka's protocol with Produce v7 and ListOffsets v1 (Kafka 1.0 to 4) that leads all partitions. Prints one line of JSON; on standard error `MEASURING` and
 * `MEASURED` where the measured part begins and ends, and what went wrong, with exit code 1.
 *
 *   kafka-raw produce HOST PORT TOPIC PARTITIONS VALUE_BYTES RECORDS_PER_BATCH CONNECTIONS IN_FLIGHT WARM_UP_SECONDS SECONDS
 *   kafka-raw fetch   HOST PORT TOPIC PARTITIONS FETCH_BYTES CONNECTIONS FROM TO WARM_UP_SECONDS SECONDS
 *   kafka-raw ends    HOST PORT TOPIC PARTITIONS                       the sum of the end offsets
 *
 * Closed loop. Produce: each connection keeps IN_FLIGHT requests of one batch each under way, acks=all; requests go round the partitions. Fetch (v4): each connection has one
 * request under way, of one partition, and reads its records from FROM to TO, counted from the end (0: the log's start), again and again; offsets must follow each other.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024
#define IN_FLIGHT_MAX 64
#define PARTITIONS_MAX 1024
#define RESPONSE_BYTES_MAX 4096
#define FETCHED_BYTES_SLACK 2097152
#define BATCH_HEADER_BYTES 61
#define LATENCIES_MAX 16000000
#define SILENCE_S 30
#define UNKNOWN_TOPIC 3
#define NO_LEADER 5
#define NOT_LEADER 6

struct buffer {
  uint8_t *bytes;
  size_t length;
};

struct connection {
  int fd;
  /* Requests that are not fully handed to the system yet; the first of them from `sent` on. */
  int unsent;
  size_t sent;
  int next_partition;
  uint64_t begun_ns[IN_FLIGHT_MAX];
  int first, under_way;
  uint8_t in[RESPONSE_BYTES_MAX];
  size_t have;
};

static struct buffer requests[PARTITIONS_MAX];
static struct connection connections[CONNECTIONS_MAX];
static uint32_t *latencies_us;
static size_t latency_count;
static int partitions, in_flight, is_over;
static uint64_t measured_from, acknowledged, acknowledged_before;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static void put(struct buffer *to, uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; i--) to->bytes[to->length++] = (uint8_t)(value >> (8 * i));
}

static void put_at(struct buffer *to, size_t at, uint32_t value) {
  for (int i = 0; i < 4; i++) to->bytes[at + (size_t)i] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_varint(struct buffer *to, int64_t value) {
  uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
  for (; rest >= 0x80; rest >>= 7) to->bytes[to->length++] = (uint8_t)(rest | 0x80);
  to->bytes[to->length++] = (uint8_t)rest;
}

static void put_text(struct buffer *to, const char *text) {
  put(to, strlen(text), 2);
  memcpy(to->bytes + to->length, text, strlen(text));
  to->length += strlen(text);
}

static uint64_t get(const uint8_t *at, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; i++) value = value << 8 | at[i];
  return value;
}

static int varint_length(int64_t value) {
  int length = 1;
  for (uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63); rest >= 0x80; rest >>= 7) length++;
  return length;
}

static uint32_t crc32c(const uint8_t *bytes, size_t length) {
  uint32_t crc = ~0u;
  for (size_t i = 0; i < length; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
  }
  return ~crc;
}

static void put_header(struct buffer *to, int api, int version) {
  put(to, 0, 4); /* length, when it is known */
  put(to, (uint64_t)api, 2);
  put(to, (uint64_t)version, 2);
  put(to, 1, 4);
  put_text(to, "kafka-raw");
}

static void put_batch(struct buffer *to, int value_bytes, int records) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  uint64_t time_ms = (uint64_t)at.tv_sec * 1000u;
  size_t start = to->length;
  put(to, 0, 8);
  put(to, 0, 4);
  put(to, 0, 4);
  put(to, 2, 1);
  put(to, 0, 4);
  size_t checked = to->length;
  put(to, 0, 2);
  put(to, (uint64_t)records - 1, 4);
  put(to, time_ms, 8);
  put(to, time_ms, 8);
  put(to, UINT64_MAX, 8);
  put(to, UINT64_MAX, 2);
  put(to, UINT64_MAX, 4);
  put(to, (uint64_t)records, 4);
  for (int i = 0; i < records; i++) {
    put_varint(to, 1 + 1 + varint_length(i) + 1 + varint_length(value_bytes) + value_bytes + 1);
    put(to, 0, 1);
    put_varint(to, 0);
    put_varint(to, i);
    put_varint(to, -1);
    put_varint(to, value_bytes);
    for (int byte = 0; byte < value_bytes; byte++) to->bytes[to->length++] = (uint8_t)random();
    put_varint(to, 0);
  }
  put_at(to, start + 8, (uint32_t)(to->length - start - 12));
  put_at(to, start + 17, crc32c(to->bytes + checked, to->length - checked));
}

static void encode_requests(const char *topic, int value_bytes, int records) {
  for (int partition = 0; partition < partitions; partition++) {
    struct buffer *to = &requests[partition];
    to->bytes = malloc((size_t)records * (size_t)(value_bytes + 24) + 1024);
    put_header(to, 0, 7);
    put(to, UINT64_MAX, 2); /* no transaction */
    put(to, UINT64_MAX, 2); /* acks=all */
    put(to, 30000, 4);
    put(to, 1, 4);
    put_text(to, topic);
    put(to, 1, 4);
    put(to, (uint64_t)partition, 4);
    size_t length_at = to->length;
    put(to, 0, 4);
    put_batch(to, value_bytes, records);
    put_at(to, length_at, (uint32_t)(to->length - length_at - 4));
    put_at(to, 0, (uint32_t)(to->length - 4));
  }
}

static int connect_to(const char *host, const char *port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  if (inet_pton(AF_INET, host, &to.sin_addr) != 1) fail(host, "is no IPv4 address");
  int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) fail("connect", strerror(errno));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

/* Hands over what is unsent, as far as the system takes it. */
static void flush(struct connection *of) {
  while (of->unsent > 0) {
    struct buffer *request = &requests[of->next_partition];
    ssize_t written = write(of->fd, request->bytes + of->sent, request->length - of->sent);
    if (written < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (written <= 0) fail("write", strerror(errno));
    of->sent += (size_t)written;
    if (of->sent < request->length) continue;
    of->sent = 0;
    of->unsent--;
    of->next_partition = (of->next_partition + 1) % partitions;
  }
}

static void begin_request(struct connection *of) {
  of->begun_ns[(of->first + of->under_way++) % IN_FLIGHT_MAX] = now_ns();
  of->unsent++;
}

/* One partition of one topic: the name, then index, error, base offset, append time, log start. */
static void take_response(struct connection *of, const uint8_t *body, int records) {
  size_t name = (size_t)get(body + 8, 2);
  int error = (int16_t)get(body + 10 + name + 4 + 4, 2);
  /* A topic that has just been made may be led before its leader knows: in the warm-up the batch is sent again, and counts nothing. */
  int is_early = measured_from == 0 && (error == UNKNOWN_TOPIC || error == NO_LEADER || error == NOT_LEADER);
  if (error != 0 && !is_early) {
    fprintf(stderr, "produce: the server answers error %d\n", error);
    exit(1);
  }
  uint64_t begun = of->begun_ns[of->first];
  of->first = (of->first + 1) % IN_FLIGHT_MAX;
  of->under_way--;
  if (error == 0) acknowledged += (uint64_t)records;
  if (measured_from != 0 && !is_over && begun >= measured_from && latency_count < LATENCIES_MAX)
    latencies_us[latency_count++] = (uint32_t)((now_ns() - begun) / 1000);
  if (!is_over) begin_request(of);
}

static void receive(struct connection *of, int records) {
  for (;;) {
    ssize_t got = read(of->fd, of->in + of->have, sizeof of->in - of->have);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (got <= 0) fail("read", got == 0 ? "the server closed the connection" : strerror(errno));
    of->have += (size_t)got;
    size_t at = 0;
    while (of->have - at >= 4) {
      size_t length = (size_t)get(of->in + at, 4) + 4;
      if (length > sizeof of->in) fail("read", "a response is longer than any answer to one batch");
      if (of->have - at < length) break;
      take_response(of, of->in + at + 4, records);
      at += length;
    }
    memmove(of->in, of->in + at, of->have -= at);
  }
  flush(of);
}

/* Of fetches: what a connection reads, and the answer on its way. */
struct reader {
  int fd, partition;
  int64_t from, to, next;
  uint64_t begun_ns;
  uint8_t *in;
  size_t have;
};

static void ask_records(struct reader *of, const char *topic, int fetch_bytes) {
  uint8_t bytes[512];
  struct buffer to = {.bytes = bytes};
  put_header(&to, 1, 4);
  put(&to, UINT64_MAX, 4); /* no replica */
  put(&to, 500, 4);
  put(&to, 1, 4);
  put(&to, (uint64_t)fetch_bytes, 4);
  put(&to, 0, 1);
  put(&to, 1, 4);
  put_text(&to, topic);
  put(&to, 1, 4);
  put(&to, (uint64_t)of->partition, 4);
  put(&to, (uint64_t)of->next, 8);
  put(&to, (uint64_t)fetch_bytes, 4);
  put_at(&to, 0, (uint32_t)(to.length - 4));
  of->begun_ns = now_ns();
  if (write(of->fd, bytes, to.length) != (ssize_t)to.length) fail("write", "a request of a few bytes was not taken");
}

/* The whole batches of an answer; their offsets must go on where the reader stands. Returns how many records are new. */
static int64_t take_records(struct reader *of) {
  const uint8_t *at = of->in + 4 + 4 + 4 + 4;
  at += 2 + get(at, 2) + 4 + 4;
  if (get(at, 2) != 0) fail("fetch", "the server answers an error");
  at += 2 + 8 + 8;
  int32_t aborted = (int32_t)get(at, 4);
  at += 4 + (aborted > 0 ? aborted * 16 : 0);
  const uint8_t *end = at + 4 + get(at, 4);
  int64_t before = of->next;
  for (at += 4; end - at >= BATCH_HEADER_BYTES; ) {
    int64_t base = (int64_t)get(at, 8);
    size_t length = (size_t)get(at + 8, 4) + 12;
    if ((size_t)(end - at) < length) break;
    int64_t last = base + (int64_t)get(at + 23, 4);
    if (base > of->next || last < of->next) fail("fetch", "offsets do not follow each other");
    of->next = last + 1;
    at += length;
  }
  if (of->next == before) fail("fetch", "an answer has no whole batch");
  return of->next - before;
}

static int by_value(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

static double quantile_ms(double of) {
  return latency_count == 0 ? 0 : latencies_us[(size_t)((double)(latency_count - 1) * of)] / 1000.0;
}

static void report(uint64_t records, double seconds, uint64_t all) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 + (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
  qsort(latencies_us, latency_count, sizeof *latencies_us, by_value);
  printf("{\"records\":%" PRIu64 ",\"seconds\":%.3f,\"acknowledged\":%" PRIu64 ",\"cpuSeconds\":%.2f,\"requests\":%zu,\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"maxMs\":%.3f}\n",
         records, seconds, all, cpu, latency_count, quantile_ms(0.5), quantile_ms(0.99), quantile_ms(1));
}

static void produce(char **argv) {
  const char *topic = argv[4];
  int value_bytes = atoi(argv[6]), records = atoi(argv[7]), count = atoi(argv[8]);
  in_flight = atoi(argv[9]);
  double warm_up_s = atof(argv[10]), seconds = atof(argv[11]);
  if (count < 1 || count > CONNECTIONS_MAX || in_flight < 1 || in_flight > IN_FLIGHT_MAX) fail("produce", "1 to 1024 connections, 1 to 64 requests under way");
  latencies_us = malloc(LATENCIES_MAX * sizeof *latencies_us);
  encode_requests(topic, value_bytes, records);
  int epoll = epoll_create1(0);
  for (int i = 0; i < count; i++) {
    struct connection *of = &connections[i];
    of->fd = connect_to(argv[2], argv[3]);
    of->next_partition = i % partitions;
    fcntl(of->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = of};
    epoll_ctl(epoll, EPOLL_CTL_ADD, of->fd, &event);
    for (int under_way = 0; under_way < in_flight; under_way++) begin_request(of);
  }
  uint64_t start = now_ns(), heard = start, end = 0, measured_records = 0;
  double measured_s = 0;
  for (;;) {
    struct epoll_event events[256];
    int ready = epoll_wait(epoll, events, 256, 20);
    for (int i = 0; i < ready; i++) receive(events[i].data.ptr, records);
    uint64_t now = now_ns();
    if (ready > 0) heard = now;
    else if (now - heard > SILENCE_S * 1000000000ull) fail("produce", "the server has not answered for 30 s");
    if (measured_from == 0 && now - start >= (uint64_t)(warm_up_s * 1e9)) {
      measured_from = now;
      acknowledged_before = acknowledged;
      end = now + (uint64_t)(seconds * 1e9);
      fprintf(stderr, "MEASURING\n");
    }
    if (measured_from != 0 && !is_over && now >= end) {
      is_over = 1;
      measured_records = acknowledged - acknowledged_before;
      measured_s = (double)(now - measured_from) / 1e9;
      fprintf(stderr, "MEASURED\n");
    }
    int under_way = 0;
    for (int i = 0; i < count; i++) under_way += connections[i].under_way;
    if (is_over && under_way == 0) break;
  }
  report(measured_records, measured_s, acknowledged);
}

/* The ends of all partitions. */
static void ask_ends(char **argv, int64_t *into) {
  const char *topic = argv[4];
  struct buffer request = {.bytes = malloc((size_t)partitions * 12 + 1024)};
  put_header(&request, 2, 1);
  put(&request, UINT64_MAX, 4);
  put(&request, 1, 4);
  put_text(&request, topic);
  put(&request, (uint64_t)partitions, 4);
  for (int partition = 0; partition < partitions; partition++) {
    put(&request, (uint64_t)partition, 4);
    put(&request, UINT64_MAX, 8); /* latest */
  }
  put_at(&request, 0, (uint32_t)(request.length - 4));
  int fd = connect_to(argv[2], argv[3]);
  if (write(fd, request.bytes, request.length) != (ssize_t)request.length) fail("ends", "the request was not taken");
  size_t wanted = 4 + 4 + 4 + 2 + strlen(topic) + 4 + (size_t)partitions * 22, have = 0;
  uint8_t *answer = malloc(wanted);
  while (have < wanted) {
    ssize_t got = read(fd, answer + have, wanted - have);
    if (got <= 0) fail("ends", "the connection ended");
    have += (size_t)got;
  }
  const uint8_t *row = answer + wanted - (size_t)partitions * 22;
  for (int i = 0; i < partitions; i++, row += 22) {
    if (get(row + 4, 2) != 0) fail("ends", "the server answers an error for a partition");
    into[get(row, 4)] = (int64_t)get(row + 14, 8);
  }
  close(fd);
}

static void ends(char **argv) {
  static int64_t of[PARTITIONS_MAX];
  ask_ends(argv, of);
  int64_t sum = 0;
  for (int i = 0; i < partitions; i++) sum += of[i];
  printf("{\"ends\":%" PRId64 "}\n", sum);
}

static void fetch(char **argv) {
  static int64_t end_of[PARTITIONS_MAX];
  static struct reader readers[CONNECTIONS_MAX];
  int fetch_bytes = atoi(argv[6]), count = atoi(argv[7]);
  int64_t from = atoll(argv[8]), to = atoll(argv[9]);
  double warm_up_s = atof(argv[10]), seconds = atof(argv[11]);
  if (count < 1 || count > CONNECTIONS_MAX || fetch_bytes < 1) fail("fetch", "1 to 1024 connections, of at least a byte each");
  latencies_us = malloc(LATENCIES_MAX * sizeof *latencies_us);
  ask_ends(argv, end_of);
  int epoll = epoll_create1(0);
  size_t room = (size_t)fetch_bytes + FETCHED_BYTES_SLACK;
  for (int i = 0; i < count; i++) {
    struct reader *of = &readers[i];
    *of = (struct reader){.fd = connect_to(argv[2], argv[3]), .partition = i % partitions, .in = malloc(room)};
    int64_t end = end_of[of->partition];
    of->from = of->next = from == 0 || from > end ? 0 : end - from;
    of->to = end - to;
    if (of->to <= of->from) fail("fetch", "a partition has no records there");
    fcntl(of->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = of};
    epoll_ctl(epoll, EPOLL_CTL_ADD, of->fd, &event);
    ask_records(of, argv[4], fetch_bytes);
  }
  uint64_t start = now_ns(), heard = start, records = 0, all = 0;
  for (;;) {
    struct epoll_event events[256];
    int ready = epoll_wait(epoll, events, 256, 20);
    uint64_t now = now_ns();
    if (ready > 0) heard = now;
    else if (now - heard > SILENCE_S * 1000000000ull) fail("fetch", "the server has not answered for 30 s");
    if (measured_from == 0 && now - start >= (uint64_t)(warm_up_s * 1e9)) {
      measured_from = now;
      fprintf(stderr, "MEASURING\n");
    }
    if (measured_from != 0 && now - measured_from >= (uint64_t)(seconds * 1e9)) break;
    for (int i = 0; i < ready; i++) {
      struct reader *of = events[i].data.ptr;
      ssize_t got = read(of->fd, of->in + of->have, room - of->have);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (got <= 0) fail("read", got == 0 ? "the server closed the connection, or answers more than was asked for" : strerror(errno));
      of->have += (size_t)got;
      if (of->have < 4 || of->have < (size_t)get(of->in, 4) + 4) continue;
      int64_t taken = take_records(of);
      of->have = 0;
      all += (uint64_t)taken;
      if (measured_from != 0) {
        records += (uint64_t)taken;
        if (of->begun_ns >= measured_from && latency_count < LATENCIES_MAX) latencies_us[latency_count++] = (uint32_t)((now_ns() - of->begun_ns) / 1000);
      }
      if (of->next >= of->to) of->next = of->from;
      ask_records(of, argv[4], fetch_bytes);
    }
  }
  double measured_s = (double)(now_ns() - measured_from) / 1e9;
  fprintf(stderr, "MEASURED\n");
  report(records, measured_s, all);
}

int main(int argc, char **argv) {
  int is_produce = argc == 12 && strcmp(argv[1], "produce") == 0, is_fetch = argc == 12 && strcmp(argv[1], "fetch") == 0;
  if (!is_produce && !is_fetch && !(argc == 6 && strcmp(argv[1], "ends") == 0)) fail("kafka-raw", "see the head of its source for its arguments");
  partitions = atoi(argv[5]);
  if (partitions < 1 || partitions > PARTITIONS_MAX) fail("kafka-raw", "1 to 1024 partitions");
  if (is_produce) produce(argv);
  else if (is_fetch) fetch(argv);
  else ends(argv);
  return 0;
}
